/** Whether this page gives to others now: somebody looks at it, nothing asks for thrift, and the day's budget lasts. */

import { mayGive } from '../../policy/manners.ts';
import { UploadDay } from './upload-day.ts';

/** A new day begins while a page is open. Browsers slow timers of hidden pages down; those give nothing anyway. */
const reviewMs = 60_000;

export class Giving {
  readonly #limitBytes: number;
  readonly #changed: () => void;
  readonly #day = new UploadDay();
  readonly #timer = setInterval(() => this.#review(), reviewMs);
  #isThrifty = false;
  allowed: boolean;

  /** `limitBytes`: of a day; 0: none. */
  constructor(limitBytes: number, changed: () => void) {
    this.#limitBytes = limitBytes;
    this.#changed = changed;
    this.allowed = this.#mayGive();
    document.addEventListener('visibilitychange', this.#review);
  }

  set thrift(isWanted: boolean) {
    this.#isThrifty = isWanted;
    this.#review();
  }

  gave(bytes: number): void {
    this.#day.add(bytes);
    this.#review();
  }

  stop(): void {
    clearInterval(this.#timer);
    document.removeEventListener('visibilitychange', this.#review);
    this.#day.store();
  }

  #mayGive(): boolean {
    return mayGive({
      allowed: !this.#isThrifty,
      hidden: document.visibilityState === 'hidden',
      uploadedBytes: this.#limitBytes === 0 ? 0 : this.#day.bytes,
      limitBytes: this.#limitBytes,
    });
  }

  readonly #review = (): void => {
    const allowed = this.#mayGive();
    if (allowed === this.allowed) return;
    this.allowed = allowed;
    this.#changed();
  };
}
