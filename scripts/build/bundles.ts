/** What is bundled into what. Each bundle starts at one entry file of a room. */
import { readFileSync } from 'node:fs';
import type { BuildOptions } from 'esbuild';
import * as v from 'valibot';
import { engineBundle } from '../engine-bundle.ts';
import { root } from '../root.ts';
import { internalNames } from './internal-names.ts';
import { lazySqlite } from './lazy-sqlite.ts';
import { smallNoble } from './small-noble.ts';

const OwnPackage = v.object({
  name: v.string(),
  version: v.string(),
  description: v.string(),
  license: v.string(),
});

/** The repository's own package.json, as far as the build uses it. */
export const ownPackage = readOwnPackage();

/** Names us in the scripts that sites pass on; the full notices are in the package. */
const notice = `/*! Shoal ${ownPackage.version}, MIT */`;

const browser = {
  platform: 'browser',
  target: 'es2022',
  // Only the syntax: names and spaces are left to Terser, which makes these scripts a few percent smaller.
  minifySyntax: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  banner: { js: notice },
} as const;

/** CommonJS dependencies call `require`, which an ES module does not have. */
const requireForCommonJs = [
  '#!/usr/bin/env node',
  "import { createRequire as shoalCreateRequire } from 'node:module';",
  'const require = shoalCreateRequire(import.meta.url);',
].join('\n');

const commandLine: BuildOptions = {
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: { js: requireForCommonJs },
  plugins: [lazySqlite],
};

/** One bundle: where it starts, where it goes below `dist/`, and what esbuild is to do. */
export interface Bundle {
  readonly entry: string;
  readonly outfile: string;
  readonly options: BuildOptions;
  /** Every visitor downloads it, so that each byte counts; the names that may be shortened in it. */
  readonly forVisitors?: { readonly internalNames: readonly string[] };
}

/** Everything that `npm run build` gives to esbuild. */
export const bundles: readonly Bundle[] = [
  {
    entry: 'loader/tag.ts',
    outfile: 'browser/shoal.js',
    options: { ...browser, format: 'iife' },
    forVisitors: { internalNames: [] },
  },
  {
    entry: 'sw/main.ts',
    outfile: 'browser/shoal-sw.js',
    options: { ...browser, format: 'iife', plugins: [smallNoble] },
    forVisitors: { internalNames },
  },
  {
    entry: 'loader/swarm/engine.ts',
    outfile: 'browser/engine.js',
    options: { ...engineBundle, minify: false, minifySyntax: true, banner: browser.banner },
    forVisitors: { internalNames: [] },
  },
  {
    entry: 'hub/dashboard/main.ts',
    outfile: 'dashboard/main.js',
    options: { ...browser, minify: true, format: 'esm' },
  },
  { entry: 'publisher/cli.ts', outfile: 'cli/shoal.js', options: commandLine },
];

function readOwnPackage(): v.InferOutput<typeof OwnPackage> {
  return v.parse(OwnPackage, JSON.parse(readFileSync(`${root}package.json`, 'utf8')));
}
