/** The benchmarks' pages, with their scripts as a browser takes them. */
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { root } from '../scripts/root.ts';
import type { Files } from './site.ts';

/** A script of `pages/` as one classic script. */
export async function pageScript(
  name: 'plain' | 'shoal' | 'stock' | 'connection-times' | 'smoothness',
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}bench/pages/${name}.ts`],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`bench/pages/${name}.ts was not bundled`);
  return file.text;
}

/** `plain.html`, `shoal.html`, `stock.html`, and WebTorrent as it is shipped. */
export async function loadingPages(): Promise<Files> {
  return {
    'plain.html': htmlPage(`<script>${await pageScript('plain')}</script>`),
    'shoal.html': htmlPage(
      `<script src="/shoal.js" async></script><script>${await pageScript('shoal')}</script>`,
    ),
    'stock.html': htmlPage(`<script>${await pageScript('stock')}</script>`),
    'webtorrent.min.js': await readFile(`${root}node_modules/webtorrent/dist/webtorrent.min.js`),
  };
}

/** A page that asks for nothing but what is in `head`. */
export function htmlPage(head: string): string {
  return `<!doctype html><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,">${head}`;
}
