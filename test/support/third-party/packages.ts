/** Files of installed packages, as they are. */
import { readdir, readFile } from 'node:fs/promises';
import { root } from '../../../scripts/root.ts';

/**
 * Files below a folder of `node_modules/`, by their paths below `to`.
 *
 * @param isWanted of a path below `from`; by default everything is
 */
export async function packageFiles(
  from: string,
  to: string,
  isWanted: (path: string) => boolean = () => true,
): Promise<Record<string, Uint8Array>> {
  const folder = `${root}node_modules/${from}/`;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.replace(/\/+/g, '/').slice(folder.length))
    .filter(isWanted);
  const files = await Promise.all(
    paths.map(async (path) => [`${to}/${path}`, await readFile(folder + path)] as const),
  );
  return Object.fromEntries(files);
}
