/** A new root: signed and written at once, or as a request where other people's keys are needed. */

import type { Root } from '../../manifests/index.ts';
import { loadProject, type Project } from '../config/load.ts';
import { PublisherError } from '../errors.ts';
import { withLock } from '../lock.ts';
import { readIfThere } from '../read.ts';
import { readRootChain, type RootChain } from '../release/roots.ts';
import { readRequest, writeRequest } from '../signing/request.ts';
import { rootFolderOf } from '../site-state.ts';
import { inMemory, requireAbsent, writeKey, type SigningKey } from './key-file.ts';
import { furtherKeyPath, keyringOf } from './keyring.ts';
import type { Passphrases } from './passphrase.ts';
import { nextRoot, type RootChange } from './root-change.ts';
import { requestFor, requireSameChain, signedRoot, writeRoot } from './root-request.ts';

/** How a root is changed. */
export interface RootOptions {
  readonly config?: string;
  readonly passphrases: Passphrases;
  /** Write a request to this file instead of a root; one that is there is gone on with. */
  readonly prepare?: string;
}

/** A key that was made for the new root, and the passphrase for its file, if it is to be encrypted. */
export interface MadeKey {
  readonly key: SigningKey;
  readonly passphrase?: string;
}

/** What was written. */
export interface RootReport {
  readonly root: Root;
  /** `written`: it is the newest from now on. `prepared`: it waits for signatures. */
  readonly status: 'written' | 'prepared';
  readonly path: string;
  /** The secret key's file, if one was made. */
  readonly keyPath?: string;
  readonly warnings: readonly string[];
}

/** Works a change out with the root that it applies to. @throws PublisherError. */
export type ChangeFor = (draft: Root) => { readonly change: RootChange; readonly made?: MadeKey };

/** Changes who may sign. The new key is on disk before anything names it. @throws PublisherError. */
export async function changeRoot(options: RootOptions, wish: ChangeFor): Promise<RootReport> {
  return withChain(options, async (project, chain) => {
    const draft = await draftOf(options, chain);
    const { change, made } = wish(draft ?? chain.newest);
    const root = nextRoot(chain.newest, change, draft);
    const request = requestFor(root, chain);
    if (options.prepare !== undefined) {
      const keyPath = await keep(made, project);
      await writeRequest(options.prepare, request.request);
      return { root, status: 'prepared', path: options.prepare, ...keyPath, warnings: [] };
    }
    const warnings: string[] = [];
    const keyring = await keyringOf(project, ['root'], options.passphrases, (text) => warnings.push(text));
    const files = made === undefined ? keyring.files : [...keyring.files, inMemory(made.key)];
    const bytes = await signedRoot(request, { ...keyring, files });
    const keyPath = await keep(made, project);
    return { root, status: 'written', path: await writeRoot(project, root, bytes), ...keyPath, warnings };
  });
}

/** Writes the root of a request that everybody has signed. @throws PublisherError. */
export async function finishRoot(options: RootOptions, path: string): Promise<RootReport> {
  return withChain(options, async (project, chain) => {
    const opened = await readRequest(path);
    const { nextRoot: root } = opened;
    if (root === undefined) {
      throw new PublisherError(
        'refused',
        `${path} is for no root`,
        'Use --finish of the command that prepared it.',
      );
    }
    requireSameChain(opened, chain, path);
    const warnings: string[] = [];
    const keyring = await keyringOf(project, ['root'], options.passphrases, (text) => warnings.push(text));
    const bytes = await signedRoot(opened, keyring);
    return { root, status: 'written', path: await writeRoot(project, root, bytes), warnings };
  });
}

async function withChain(
  { config }: RootOptions,
  work: (project: Project, chain: RootChain) => Promise<RootReport>,
): Promise<RootReport> {
  const project = await loadProject(config);
  return withLock(project.folder, async () =>
    work(project, await readRootChain(rootFolderOf(project), project.config.site)),
  );
}

/** The root of the request that is to be gone on with. */
async function draftOf({ prepare }: RootOptions, chain: RootChain): Promise<Root | undefined> {
  if (prepare === undefined || (await readIfThere(prepare)) === undefined) return undefined;
  const opened = await readRequest(prepare);
  requireSameChain(opened, chain, prepare);
  return opened.nextRoot;
}

async function keep(made: MadeKey | undefined, project: Project): Promise<{ keyPath?: string }> {
  if (made === undefined) return {};
  const keyPath = furtherKeyPath(project, made.key.role, made.key.keyId);
  await requireAbsent(keyPath);
  await writeKey(keyPath, made.key, made.passphrase);
  return { keyPath };
}
