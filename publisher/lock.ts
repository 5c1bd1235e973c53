/** One run at a time: two that publish at once would each take the other's release for gone. */

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { PublisherError, reasonOf, systemCode } from './errors.ts';

const Holder = v.object({ pid: v.number(), host: v.string(), since: v.string() });
type Holder = v.InferOutput<typeof Holder>;

/** Runs `work` while holding the project's lock. @throws PublisherError `busy` when another run has it. */
export async function withLock<T>(projectFolder: string, work: () => Promise<T>): Promise<T> {
  const path = join(projectFolder, '.shoal/lock');
  await take(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (await isMade(path)) return;
  const text = await textOf(path);
  const holder = holderIn(text);
  if (holder === undefined || isAlive(holder)) throw busy(path, holder);
  // Whoever held it was killed. Moved away, not removed: who comes second would remove the lock of the first.
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  await rename(path, aside).catch(() => {});
  const isStale = (await textOf(aside)) === text;
  await rm(aside, { force: true });
  if (!isStale || !(await isMade(path))) throw busy(path, undefined);
}

async function isMade(path: string): Promise<boolean> {
  const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    await writeFile(path, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw new PublisherError(
      'io',
      `${path} cannot be written: ${reasonOf(error)}`,
      'Check free space and permissions.',
    );
  }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** `undefined`: it is gone meanwhile, or is being written. */
function holderIn(text: string | undefined): Holder | undefined {
  try {
    return v.parse(Holder, JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

/** Of another machine nothing is known, so its lock is respected. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

function busy(path: string, holder: Holder | undefined): PublisherError {
  const who = holder === undefined ? '' : ` (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  return new PublisherError(
    'busy',
    `another run of shoal is at work on this site${who}`,
    `Wait until it has ended, then run this again. If there is none any more, delete ${path}.`,
  );
}
