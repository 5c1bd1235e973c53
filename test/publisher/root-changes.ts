/** Changing who may sign, as `shoal keys` does it. */

import { join } from 'node:path';
import type { Root } from '../../manifests/index.ts';
import { changeRoot, type ChangeFor, type RootReport } from '../../publisher/keys/change-root.ts';
import { newKey } from '../../publisher/keys/key-file.ts';
import { onlyKeyOf } from '../../publisher/keys/root-change.ts';
import { readRootChain } from '../../publisher/release/roots.ts';
import type { Project } from './fixture.ts';

export const nobody = (): Promise<string> => Promise.reject(new Error('nobody is there to ask'));
const site = 'https://example.com';

export function change(made: Project, wish: ChangeFor, prepare?: string): Promise<RootReport> {
  const where = prepare === undefined ? {} : { prepare };
  return changeRoot({ config: made.config, passphrases: nobody, ...where }, wish);
}

export async function rotate(made: Project, role: 'root' | 'release' | 'head'): Promise<RootReport> {
  const key = await newKey(role);
  return change(made, (root) => ({
    change: { kind: 'replace', role, old: onlyKeyOf(root, role), key },
    made: { key },
  }));
}

export async function newest(made: Project): Promise<Root> {
  return (await readRootChain(join(made.folder, '.shoal/root'), site)).newest;
}
