/** A site as this machine knows it: configuration, roots, what was published last, and the folder at hand. */

import { join, resolve } from 'node:path';
import { loadProject, type Project } from './config/load.ts';
import { PublisherError } from './errors.ts';
import { withLock } from './lock.ts';
import { requireOwnGround } from './output/deploy.ts';
import { readBrowserScripts, type BrowserScripts } from './output/browser-scripts.ts';
import { readIfThere } from './read.ts';
import { readHistory, type History } from './release/history.ts';
import { rootPath } from './release/layout.ts';
import { readRootChain, type RootChain } from './release/roots.ts';

/** Where things are. */
export interface Places {
  /** The folder that is published. */
  readonly dir: string;
  /** Path of `shoal.config.json`; default: in the current folder. */
  readonly config?: string;
  /** Folder of `shoal.js`, `shoal-sw.js` and `engine.js` as built; default: those of this package. */
  readonly browserScripts?: string;
}

/** Everything that the next edition follows from, but the content. */
export interface SiteState {
  readonly dir: string;
  readonly project: Project;
  readonly roots: RootChain;
  readonly firstRoot: Uint8Array;
  readonly history: History;
  readonly scripts: BrowserScripts;
}

/** The newest head's record, below the project's folder. */
export function historyFolderOf({ folder }: Project): string {
  return join(folder, '.shoal/history');
}

/** The chain of roots, below the project's folder. */
export function rootFolderOf({ folder }: Project): string {
  return join(folder, '.shoal/root');
}

/** Opens a site and keeps other runs out until `work` is done; a dry run keeps nobody out. @throws PublisherError. */
export async function exclusively<T>(
  options: Places & { readonly dryRun?: boolean },
  work: (site: SiteState) => Promise<T>,
): Promise<T> {
  const { folder } = await loadProject(options.config);
  const run = async (): Promise<T> => work(await openSite(options));
  return options.dryRun === true ? run() : withLock(folder, run);
}

/** Reads and checks it all. @throws PublisherError. */
async function openSite(places: Places): Promise<SiteState> {
  const dir = resolve(places.dir);
  const project = await loadProject(places.config);
  const roots = await readRootChain(rootFolderOf(project), project.config.site);
  const [firstRoot] = roots.documents;
  if (firstRoot === undefined) throw new TypeError('a chain of roots has a first one');
  const scripts = await readBrowserScripts(places.browserScripts);
  await requireOwnGround(dir);
  await requireSameRoot(dir, firstRoot);
  const history = await readHistory(historyFolderOf(project), dir, roots.newest);
  return { dir, project, roots, firstRoot, history, scripts };
}

/**
 * A first root that no visitor knows locks out everybody who has been there, until their browser has
 * fetched the new worker: that must not happen by accident.
 */
async function requireSameRoot(dir: string, firstRoot: Uint8Array): Promise<void> {
  const deployed = await readIfThere(join(dir, rootPath(1)));
  if (deployed === undefined || Buffer.compare(deployed, firstRoot) === 0) return;
  throw new PublisherError(
    'refused',
    `.shoal/root/1.json is not the root that ${dir} was published with, and no key signed that change`,
    'Restore .shoal/ from your repository. To start anew on purpose (docs/operations.md, "Loss of a key"), delete the folder `shoal` in it first.',
  );
}
