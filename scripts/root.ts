import { fileURLToPath } from 'node:url';

/** The repository's folder, ending in `/`. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/** True where the module is what was started (`node scripts/x.ts`, `node scripts/run.mjs x`). */
export function isMain(moduleUrl: string): boolean {
  return process.argv[1] === fileURLToPath(moduleUrl);
}
