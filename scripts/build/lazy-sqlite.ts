import type { Plugin } from 'esbuild';

/**
 * Node has `node:sqlite` from 22.13 on; only the hub needs it. A plain import would keep the whole command line from
 * starting on Node 20, so in the bundle it is loaded with the first database, and an older Node gets a sentence.
 */
export const lazySqlite: Plugin = {
  name: 'lazy-sqlite',
  setup(build) {
    build.onResolve({ filter: /^node:sqlite$/ }, ({ path }) => ({ path, namespace: 'lazy-sqlite' }));
    build.onLoad({ filter: /.*/, namespace: 'lazy-sqlite' }, () => ({ contents: module, loader: 'js' }));
  },
};

const module = `
import { createRequire } from 'node:module';

export class DatabaseSync {
  constructor(...args) {
    return new (load().DatabaseSync)(...args);
  }
}

function load() {
  try {
    return createRequire(import.meta.url)('node:sqlite');
  } catch {
    throw new Error(
      'The hub keeps its figures in the SQLite that is part of Node: Node 22.13 or newer is needed, this is ' +
        process.version + '. Everything but the hub works with this one.',
    );
  }
}
`;
