/**
 * esbuild plugin: leaves out of noble-ed25519 what the worker does not need. The table of multiples of the base
 * point takes 25 ms to make, which pays after some dozens of signatures; a worker that starts verifies three. Without
 * it the base point is multiplied by the library's code for any other point. And nobody reads the messages of its errors: whatever
 * it throws is a signature or a key that is refused. Nobody else holds its
 * objects, so they need not be frozen.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const shortcut = /^ +if \(this\.equals\(G\)\)\n +return wNAF\(n\)\.p;\n/gm;
/** Bytes and points come typed, and of the right length: manifests/ed25519.ts looks before it asks. */
const assertTypes = /^(const (?:abytes|apoint) = \((\w+)).*\) => \{\n[\s\S]*?\n\};\n/gm;
const otherTypes =
  /^ +if \((?:typeof \w+ !== '\w+'|!s|options === null \|\| typeof options !== 'object')\)\n +throw new .*;\n/gm;
const thrown = /^( +)throw new (?:Type|Range)?Error\(.*\);/gm;

/** A verifier has no secrets to hide by taking always as long, and knows one rule: the strict one. */
const constants: readonly (readonly [before: string, after: string])[] = [
  ['multiply(n, safe = true) {', 'multiply(n) { const safe = false;'],
  ['static fromBytes(bytes, zip215 = false) {', 'static fromBytes(bytes) { const zip215 = false;'],
  ['const zip215 = getZip215(options);', 'const zip215 = false;'],
];

export const smallNoble: Plugin = {
  name: 'small-noble',
  setup: (build) => {
    build.onLoad({ filter: /@noble[/\\]ed25519[/\\]index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const isAsKnown =
        source.match(shortcut)?.length === 1 &&
        source.match(assertTypes)?.length === 2 &&
        constants.every(([before]) => source.split(before).length === 2);
      if (!isAsKnown)
        throw new Error(
          `${path} has changed: look where it uses wNAF, how it checks types, and what it has options for`,
        );
      const contents = constants
        .reduce((text, [before, after]) => text.replace(before, after), source)
        .replace(shortcut, '')
        .replace(assertTypes, '$1) => $2;\n')
        .replace(otherTypes, '')
        .replace(/^(?: +static |Point\.)(?:BASE|ZERO)\b.*;\n/gm, '')
        .replaceAll(/\bfreeze\(/g, '(')
        .replace(thrown, '$1throw new Error();');
      return { contents };
    });
  },
};
