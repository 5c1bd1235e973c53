/** From a deployment to its verified root, head and release. */

import {
  fingerprintOf,
  limits,
  ManifestError,
  openFirstRoot,
  openHead,
  openNextRoot,
  openRelease,
  type Head,
  type Release,
  type Root,
} from '../../manifests/index.ts';
import { reasonOf } from '../errors.ts';
import { headPath, releasePath, rootPath } from '../release/layout.ts';
import { readAll, type Deployment } from './deployment.ts';

/** What is wrong with a deployment: where, and what, in words. */
export interface Finding {
  /** `advice`: it works, but should be changed. */
  readonly severity: 'error' | 'advice';
  readonly path: string;
  readonly problem: string;
}

/** As far as a deployment could be opened. */
export interface Deployed {
  readonly fingerprint?: string;
  readonly root?: Root;
  readonly firstRoot?: Uint8Array;
  readonly head?: Head;
  readonly release?: Release;
}

/** Verifies one document after the other; the first that fails ends it, with a finding. */
export async function openDeployed(
  deployment: Deployment,
  base: string,
  findings: Finding[],
): Promise<Deployed> {
  const read = async (path: string, limitBytes: number): Promise<Uint8Array | string> => {
    const served = await deployment.open(base + path);
    return typeof served === 'string' ? served : await readAll(served, limitBytes, base + path);
  };
  const firstRoot = await read(rootPath(1), limits.rootBytes);
  const root = await checked(base + rootPath(1), findings, firstRoot, (bytes) => openFirstRoot(bytes));
  if (root === undefined || typeof firstRoot === 'string') return {};
  const newest = await followRoots(root, base, findings, read);
  const opened = { root: newest, firstRoot, fingerprint: await fingerprintOf(firstRoot) };

  const headBytes = await read(headPath, limits.headBytes);
  const head = await checked(base + headPath, findings, headBytes, (bytes) => openHead(bytes, newest));
  if (head === undefined) return opened;
  if (head.root !== newest.v) {
    findings.push(wrong(base + headPath, `speaks of root ${head.root}, the newest here is ${newest.v}`));
  }
  const path = releasePath(head.release.sha256);
  const bytes = await read(path, limits.releaseBytes);
  const release = await checked(base + path, findings, bytes, (body) =>
    openRelease(body, newest, head.release),
  );
  return release === undefined ? { ...opened, head } : { ...opened, head, release };
}

async function followRoots(
  first: Root,
  base: string,
  findings: Finding[],
  read: (path: string, limitBytes: number) => Promise<Uint8Array | string>,
): Promise<Root> {
  let newest = first;
  while (newest.v < limits.rootRotations) {
    const trusted = newest;
    const path = rootPath(trusted.v + 1);
    const bytes = await read(path, limits.rootBytes);
    if (typeof bytes === 'string') return newest;
    const next = await checked(base + path, findings, bytes, (body) => openNextRoot(body, trusted));
    if (next === undefined) return newest;
    newest = next;
  }
  return newest;
}

/** Opens a document; what is wrong with it becomes a finding. */
async function checked<T>(
  path: string,
  findings: Finding[],
  bytes: Uint8Array | string,
  open: (bytes: Uint8Array) => Promise<T>,
): Promise<T | undefined> {
  if (typeof bytes === 'string') {
    findings.push(wrong(path, bytes));
    return undefined;
  }
  try {
    return await open(bytes);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    findings.push(wrong(path, reasonOf(error)));
    return undefined;
  }
}

/** A finding that makes verification fail. */
export function wrong(path: string, problem: string): Finding {
  return { severity: 'error', path, problem };
}

/** A finding that only asks for attention. */
export function advice(path: string, problem: string): Finding {
  return { severity: 'advice', path, problem };
}
