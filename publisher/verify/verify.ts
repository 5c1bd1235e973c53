/** `shoal verify`: is what is deployed what was signed? */

import { join } from 'node:path';
import { fingerprintOf } from '../../manifests/index.ts';
import { loadProject } from '../config/load.ts';
import { PublisherError } from '../errors.ts';
import { silentProgress, type Progress } from '../progress.ts';
import { readIfThere } from '../read.ts';
import { checksOf, type Check } from './check-files.ts';
import { deploymentOf } from './deployment.ts';
import { openDeployed, wrong, type Finding } from './open-deployed.ts';

/** What to verify. */
export interface VerifyOptions {
  /** A folder, or the URL of a site. */
  readonly target: string;
  /** Path of `shoal.config.json`; default: in the current folder, if it is there. */
  readonly config?: string;
  /** The fingerprint of root 1 that is expected; default: that of `.shoal/root/1.json`, if it is there. */
  readonly fingerprint?: string;
  /** Path that the site is served under; default: that of the config, or of the URL, or `/`. */
  readonly base?: string;
  readonly progress?: Progress;
}

/** What was found. `ok`: nothing but advice. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly target: string;
  readonly site?: string;
  readonly fingerprint?: string;
  /** `own`: it is our root. `given`: the one asked for. `unknown`: nothing to compare with. */
  readonly rootComparedWith: 'own' | 'given' | 'unknown';
  readonly release?: { readonly v: number; readonly sha256: string };
  readonly checkedAssets: number;
  readonly checkedBytes: number;
  readonly findings: readonly Finding[];
}

/** Files read at the same time. */
const parallel = 8;

/** Reads everything that the release names, and compares. @throws PublisherError `io`, `network`. */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const own = await ownSite(options.config);
  const base = options.base ?? own?.base ?? baseOf(options.target);
  const deployment = await deploymentOf(options.target, base);
  const findings: Finding[] = [];
  const deployed = await openDeployed(deployment, base, findings);
  const expected = options.fingerprint ?? own?.fingerprint;
  if (
    expected !== undefined &&
    deployed.fingerprint !== undefined &&
    plain(expected) !== plain(deployed.fingerprint)
  ) {
    findings.push(
      wrong(`${base}shoal/root/1.json`, `has fingerprint ${deployed.fingerprint}, expected ${expected}`),
    );
  }
  const assets = Object.values(deployed.release?.assets ?? {});
  const progress = options.progress ?? silentProgress;
  progress.begin(
    'verifying',
    assets.reduce((sum, { n }) => sum + n, 0),
  );
  let checkedBytes = 0;
  const checks = checksOf(deployment, base, deployed, (bytes) => {
    checkedBytes += bytes;
    progress.add(bytes);
  });
  findings.push(...(await runAll(checks)));
  progress.end();
  return {
    ok: findings.every(({ severity }) => severity !== 'error'),
    target: options.target,
    ...(deployed.root === undefined ? {} : { site: deployed.root.site }),
    ...(deployed.fingerprint === undefined ? {} : { fingerprint: deployed.fingerprint }),
    rootComparedWith:
      options.fingerprint !== undefined ? 'given' : own?.fingerprint !== undefined ? 'own' : 'unknown',
    ...(deployed.head === undefined
      ? {}
      : { release: { v: deployed.head.release.v, sha256: deployed.head.release.sha256 } }),
    checkedAssets: assets.length,
    checkedBytes,
    findings,
  };
}

/** Several at a time; findings in the order of the checks, whichever ends first. */
async function runAll(checks: readonly Check[]): Promise<Finding[]> {
  const results: (readonly Finding[])[] = [];
  const queue = checks.entries();
  const worker = async (): Promise<void> => {
    for (const [index, check] of queue) results[index] = await check();
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results.flat();
}

async function ownSite(
  config: string | undefined,
): Promise<{ base: string; fingerprint?: string } | undefined> {
  try {
    const project = await loadProject(config);
    const root = await readIfThere(join(project.folder, '.shoal/root/1.json'));
    return {
      base: project.config.base,
      ...(root === undefined ? {} : { fingerprint: await fingerprintOf(root) }),
    };
  } catch (error) {
    // Anybody may verify any site; only what was asked for by name must be there.
    const isAbsent = error instanceof PublisherError && error.code === 'not-initialised';
    if (isAbsent && config === undefined) return undefined;
    throw error;
  }
}

function baseOf(target: string): string {
  if (!/^https?:\/\//i.test(target)) return '/';
  const { pathname } = new URL(target);
  return pathname.slice(0, pathname.lastIndexOf('/') + 1);
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(/[\s:]/g, '').toLowerCase();
}
