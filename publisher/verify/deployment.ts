/** A deployed site to look at: a folder of this machine, or a URL. */

import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readBlocks } from '../hash/read-file.ts';
import { PublisherError, reasonOf, systemCode } from '../errors.ts';
import { filePathOf } from '../walk/url-path.ts';
import { stampOf } from '../walk/walk.ts';

/** A file as it is served. Header fields are there for URLs only. */
export interface Served {
  /** The body in blocks, decoded; a block is only valid until the next one is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lower-case names; `undefined` for a folder, where nothing is known of headers. */
  readonly headers: ReadonlyMap<string, string> | undefined;
}

/** Where a site is deployed. */
export interface Deployment {
  readonly kind: 'folder' | 'url';
  /** For messages. */
  readonly name: string;
  /** Opens a file by its URL path; a text says why there is none. @throws PublisherError `io`, `network`. */
  open(urlPath: string): Promise<Served | string>;
}

const missing = 'is not there';

/** How long another machine may take to answer, and to send the next part of a body. */
const answerMs = 30_000;

/** A deployment by what was given. `base`: what it is served under. @throws PublisherError `io`, `usage`. */
export async function deploymentOf(target: string, base: string): Promise<Deployment> {
  if (/^https?:\/\//i.test(target)) return urlDeployment(target);
  await requireFolder(target);
  return folderDeployment(target, base);
}

async function requireFolder(target: string): Promise<void> {
  try {
    if ((await stat(target)).isDirectory()) return;
  } catch (error) {
    throw new PublisherError(
      'io',
      `${target} cannot be opened: ${reasonOf(error)}`,
      'Give a published folder or a URL.',
    );
  }
  throw new PublisherError('usage', `${target} is not a folder`, 'Give a published folder or a URL.');
}

function folderDeployment(folder: string, base: string): Deployment {
  return {
    kind: 'folder',
    name: folder,
    open: async (urlPath) => {
      const path = filePathOf(urlPath, base);
      if (path === undefined) return missing;
      const absolute = resolve(join(folder, path));
      try {
        const stats = await stat(absolute, { bigint: true });
        if (!stats.isFile()) return missing;
        return { body: readBlocks({ absolute, stamp: stampOf(stats) }, 1024 * 1024), headers: undefined };
      } catch (error) {
        if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return missing;
        throw new PublisherError(
          'io',
          `${absolute} cannot be read: ${reasonOf(error)}`,
          'Check its permissions.',
        );
      }
    },
  };
}

function urlDeployment(target: string): Deployment {
  const origin = new URL(target).origin;
  return {
    kind: 'url',
    name: target,
    open: async (urlPath) => {
      const url = origin + urlPath;
      const abort = new AbortController();
      const timer = setTimeout(
        () => abort.abort(new Error(`no answer within ${answerMs / 1000} s`)),
        answerMs,
      );
      try {
        const response = await fetch(url, { redirect: 'manual', cache: 'no-store', signal: abort.signal });
        if (response.status !== 200) {
          await response.body?.cancel();
          clearTimeout(timer);
          return response.status === 404 ? missing : `is answered with status ${response.status}`;
        }
        return { body: watched(response.body, timer, url), headers: new Map(response.headers) };
      } catch (error) {
        clearTimeout(timer);
        throw unreachable(url, error);
      }
    },
  };
}

/** Passes a body on and keeps pushing the deadline back for as long as something comes. */
async function* watched(
  body: AsyncIterable<Uint8Array> | null,
  timer: NodeJS.Timeout,
  url: string,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const block of body ?? []) {
      timer.refresh();
      yield block;
    }
  } catch (error) {
    throw unreachable(url, error);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(url: string, error: unknown): PublisherError {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return new PublisherError(
    'network',
    `${url} did not answer: ${reasonOf(error)}${cause}`,
    'Check the address, and that the server is up.',
    { cause: error },
  );
}

/** A whole body of at most `limitBytes`. @throws PublisherError `refused` when it is longer. */
export async function readAll(served: Served, limitBytes: number, where: string): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  let length = 0;
  for await (const block of served.body) {
    length += block.length;
    if (length > limitBytes) {
      throw new PublisherError(
        'refused',
        `${where} is longer than ${limitBytes} bytes`,
        'It is not what `shoal publish` wrote: deploy again.',
      );
    }
    blocks.push(block.slice());
  }
  return Buffer.concat(blocks);
}

/** A file by name, or what is wrong. */
export async function readLocalFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new PublisherError(
      'io',
      `${path} cannot be read: ${reasonOf(error)}`,
      'Give a folder, a URL or a release file.',
    );
  }
}
