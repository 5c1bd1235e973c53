/** One square a file, and the proof that every file is what was published. */
import type { AssetList, Digester } from './assets.ts';
import { bytesText } from './panel.ts';
import { element } from './parts.ts';
import type { SourceFeed } from './sources.ts';

const words = { origin: 'from the server', peers: 'from other visitors', cache: 'from the cache' };

/** Draws the squares and keeps their colours as files arrive: the first arrival counts. */
export function showLedger(assets: AssetList, feed: SourceFeed): ReadonlyMap<string, HTMLElement> {
  const squares = new Map<string, HTMLElement>();
  for (const [path, { bytes }] of assets) {
    const square = document.createElement('li');
    square.title = `${path}, ${bytesText(bytes)}`;
    if (bytes > 1e6) square.classList.add('large');
    squares.set(path, square);
  }
  element('squares', HTMLElement).replaceChildren(...squares.values());
  feed.watch(({ path, source }) => {
    const square = squares.get(path);
    if (square === undefined || square.dataset['source'] !== undefined) return;
    square.dataset['source'] = source;
    square.title += `, ${words[source]}`;
  });
  return squares;
}

/** Makes the button work that fetches and compares everything. */
export function wireProof(
  assets: AssetList,
  squares: ReadonlyMap<string, HTMLElement>,
  digester: Digester,
): void {
  const button = element('verify', HTMLButtonElement);
  const result = element('verify-result', HTMLElement);
  const prove = async (): Promise<void> => {
    const startMs = performance.now();
    let right = 0;
    for (const square of squares.values()) delete square.dataset['proof'];
    await digester.digestAll([...assets.keys()], (path, hex) => {
      const isRight = assets.get(path)?.sha256 === hex;
      if (isRight) right++;
      const square = squares.get(path);
      if (square !== undefined) square.dataset['proof'] = isRight ? 'right' : 'wrong';
      result.textContent = `${right} of ${assets.size} are what was published`;
    });
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    const verdict = right === assets.size ? 'Every byte is as published' : 'Not every file is as published';
    result.textContent = `${verdict}: ${right} of ${assets.size} files, ${seconds} s.`;
  };
  button.disabled = false;
  button.addEventListener('click', () => {
    button.disabled = true;
    prove()
      .catch(
        (error: unknown) => (result.textContent = error instanceof Error ? error.message : String(error)),
      )
      .finally(() => (button.disabled = false));
  });
}
