/** When the globe is drawn: while it loads, while it turns or is turned, and never where nobody sees it. */
import { Cartesian3, type CesiumWidget } from 'cesium';

const radiansPerSecond = 0.035;
/** Drawing that takes longer than this time and again costs too much: the globe stops turning by itself. */
const slowFrameMs = 28;

export class GlobeLoop {
  readonly #widget: CesiumWidget;
  readonly #button = document.querySelector('[data-globe="spin"]');
  #isLoading = true;
  #isSeen = true;
  #spins = false;
  #lastMs = performance.now();
  #slowFrames = 0;

  constructor(widget: CesiumWidget, place: HTMLElement) {
    this.#widget = widget;
    new IntersectionObserver(([entry]) => (this.#isSeen = entry?.isIntersecting ?? true)).observe(place);
    place.addEventListener('pointerdown', () => this.spin(false));
    this.#next();
  }

  get spinning(): boolean {
    return this.#spins;
  }

  spin(on: boolean): void {
    this.#spins = on;
    this.#slowFrames = 0;
    this.#button?.setAttribute('aria-pressed', String(on));
  }

  /** Every tile is there: turn, where that is cheap and the visitor does not prefer less motion. */
  loaded({ maySpin }: { readonly maySpin: boolean }): void {
    this.#isLoading = false;
    this.spin(maySpin && !matchMedia('(prefers-reduced-motion: reduce)').matches);
  }

  /** A hidden page gets no animation frames, and must load all the same. */
  #next(): void {
    if (document.hidden) setTimeout(() => this.#frame(performance.now()), 250);
    else requestAnimationFrame((nowMs) => this.#frame(nowMs));
  }

  #frame(nowMs: number): void {
    const seconds = Math.min(0.1, (nowMs - this.#lastMs) / 1000);
    this.#lastMs = nowMs;
    if (this.#isLoading || (this.#isSeen && !document.hidden)) this.#draw(seconds);
    this.#next();
  }

  #draw(seconds: number): void {
    if (this.#spins) this.#widget.camera.rotate(Cartesian3.UNIT_Z, -radiansPerSecond * seconds);
    if (this.#isLoading) this.#widget.scene.requestRender();
    this.#widget.resize();
    const startMs = performance.now();
    this.#widget.render();
    if (!this.#spins) return;
    this.#slowFrames += performance.now() - startMs > slowFrameMs || seconds > 0.08 ? 1 : -1;
    if (this.#slowFrames < 0) this.#slowFrames = 0;
    if (this.#slowFrames > 12) this.spin(false);
  }
}
