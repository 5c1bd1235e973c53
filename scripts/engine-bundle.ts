/**
 * How the swarm engine is bundled: WebTorrent 3.0.21 from source, with everything that Shoal does
 * itself (signaling, stores, discovery) or never does (HTTP server, making torrents, wire
 * encryption) replaced by small modules in `loader/swarm/shims/`.
 */
import type { BuildOptions, Plugin } from 'esbuild';
import { root } from './root.ts';

/** Package or module that WebTorrent and its parts import, to the shim that stands in for it. */
const replacements: Readonly<Record<string, string>> = {
  '@thaunknown/simple-peer/lite.js': 'nothing',
  'bep53-range': 'nothing',
  'cache-chunk-store': 'nothing',
  'chunk-store-iterator': 'nothing',
  cpus: 'cpus',
  'create-torrent': 'nothing',
  'cross-fetch-ponyfill': 'nothing',
  debug: 'debug',
  events: 'events',
  'fsa-chunk-store': 'nothing',
  'fs-chunk-store': 'nothing',
  'join-async-iterator': 'nothing',
  'magnet-uri': 'magnet',
  'memory-chunk-store': 'nothing',
  'mime/lite.js': 'mime',
  path: 'path',
  'text-decoder': 'nothing',
  'torrent-discovery': 'discovery',
  ut_metadata: 'ut-metadata',
  './lib/server.js': 'nothing',
  './webconn.js': 'nothing',
  './file-iterator.js': 'nothing',
  './mse.js': 'nothing',
  './version.cjs': 'version',
  '../version.cjs': 'version',
};

const shims: Plugin = {
  name: 'engine-shims',
  setup(build) {
    build.onResolve({ filter: /^[^/]/ }, ({ path, importer }) => {
      const shim = importer.includes('/node_modules/') ? replacements[path] : undefined;
      return shim === undefined ? undefined : { path: `${root}loader/swarm/shims/${shim}.ts` };
    });
  },
};

/**
 * esbuild's options for the engine: one ES module. `requestIdleCallback` is taken from WebTorrent
 * because a hidden page gets one a second at best, and it schedules its requests by it.
 */
export const engineBundle: BuildOptions = {
  format: 'esm',
  platform: 'browser',
  target: ['es2022'],
  minify: true,
  plugins: [shims],
  define: {
    global: 'globalThis',
    'process.browser': 'true',
    'process.nextTick': 'queueMicrotask',
    'window.requestIdleCallback': 'undefined',
  },
};
