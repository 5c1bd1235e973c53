/** What the page uses of Shoal: the public interface of its tag, and nothing else. */

/** `window.shoal`, as far as this page uses it. */
export interface Shoal {
  readonly ready: Promise<unknown>;
  stats(): ShoalStats;
  addEventListener(type: string, listener: (event: Event) => void): void;
  optOut(): Promise<void>;
  optIn(): Promise<void>;
  readonly optedOut: boolean;
}

/** Bytes are decoded bytes of this page view. */
export interface ShoalStats {
  readonly httpBytes: number;
  readonly swarmBytes: number;
  readonly cacheBytes: number;
  readonly uploadedBytes: number;
  readonly peers: number;
  readonly mode: string;
}

declare global {
  interface Window {
    readonly shoal?: Shoal;
  }
}

const tagDeadlineMs = 3000;
const readyDeadlineMs = 15_000;

/** The tag's object, or undefined where the tag failed or is later than three seconds: then plain files do. */
export function shoalArrived(): Promise<Shoal | undefined> {
  if (window.shoal !== undefined) return Promise.resolve(window.shoal);
  return new Promise((resolve) => {
    const settle = (): void => resolve(window.shoal);
    window.addEventListener('shoal:loaded', settle, { once: true });
    document.querySelector('script[src$="/shoal.js"]')?.addEventListener('error', settle, { once: true });
    setTimeout(settle, tagDeadlineMs);
  });
}

/**
 * Resolves when heavy files may be asked for. Without Shoal, or where it did not do so by itself, the elements
 * that wait (`data-shoal-src`) get their addresses here.
 */
export async function heavyFilesMayLoad(shoal: Shoal | undefined): Promise<void> {
  if (shoal !== undefined) await Promise.race([shoal.ready, pause(readyDeadlineMs)]);
  for (const element of document.querySelectorAll<HTMLElement>('[data-shoal-src]')) {
    const address = element.dataset['shoalSrc'];
    if (address !== undefined && !element.hasAttribute('src')) element.setAttribute('src', address);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
