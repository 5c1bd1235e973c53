/** The page's parts, each loaded by itself: one that fails says so in its place and hinders no other. */

export const partNames = ['globe', 'atlas', 'data', 'worker', 'fonts', 'images', 'music'] as const;
export type PartName = (typeof partNames)[number];

/** How one part fared. */
export interface PartResult {
  readonly ok: boolean;
  /** From the moment that heavy files were allowed to load, milliseconds. */
  readonly ms: number;
  /** What it did, or why it failed; for people. */
  readonly detail: string;
}

const partDeadlineMs = 180_000;

/** Loads one part; never rejects. @param load resolves to what it did, in a few words */
export async function runPart(name: PartName, load: () => Promise<string>): Promise<PartResult> {
  const start = performance.now();
  const result = (ok: boolean, detail: string): PartResult => ({
    ok,
    ms: Math.round(performance.now() - start),
    detail,
  });
  try {
    return result(true, await withDeadline(load(), partDeadlineMs, `the part "${name}"`));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    showNote(name, `This part did not load: ${detail}. Reload the page to try again.`);
    return result(false, detail);
  }
}

/** Says something in a part's own place on the page. */
export function showNote(name: PartName, text: string): void {
  const note = document.querySelector(`[data-part="${name}"] [data-note]`);
  if (note !== null) note.textContent = text;
}

/** Rejects when a promise takes longer than it may. */
export function withDeadline<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${what} took longer than ${limitMs / 1000} s`)),
      limitMs,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The element with an id. @throws Error when the page has none of that kind */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id "${id}"`);
  return found;
}
