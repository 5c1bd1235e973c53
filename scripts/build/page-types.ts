/** The declarations of `window.shoal` for pages in TypeScript: `loader/api.ts` and the types it uses. */
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { root } from '../root.ts';
import { tool } from '../steps.ts';

const entry = 'loader/api.d.ts';

/** Path (below `dist/types/`) and text of each declaration file. */
export async function pageTypes(): Promise<ReadonlyMap<string, string>> {
  await emitDeclarations();
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    const text = await readFile(`${root}build/types/${path}`, 'utf8');
    const folder = posix.dirname(path);
    waiting.push(
      ...imports(text).map((specifier) => posix.join(folder, specifier.replace(/\.ts$/, '.d.ts'))),
    );
    found.set(
      path,
      text.replaceAll(relativeImport, (match) => match.replace(/\.ts(?=['"])/, '.js')),
    );
  }
  return found;
}

const relativeImport = /(?:from|import\()\s*(['"])(\.[^'"]+)\1/g;

function imports(text: string): string[] {
  return [...text.matchAll(relativeImport)].flatMap((match) => match[2] ?? []);
}

/** A type error elsewhere in the room is for `npm run check` to report: declarations are emitted all the same. */
async function emitDeclarations(): Promise<void> {
  try {
    await tool('typescript/bin/tsc', ['-b', 'loader']);
  } catch {
    console.log('types: the room loader/ has type errors, `npm run check` lists them');
  }
}
