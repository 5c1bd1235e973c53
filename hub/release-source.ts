/** Reads the documents that a site publishes, from a directory or over HTTP, within their limits. */

import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** How long another machine may take. */
const deadlineMs = 10_000;

/** Bytes of a file below the site's base, e.g. `shoal/head.json`; `undefined`: not there. */
export type ReleaseSource = (path: string, limitBytes: number) => Promise<Uint8Array | undefined>;

export function releaseSource(from: { readonly dir: string } | { readonly url: string }): ReleaseSource {
  return 'dir' in from
    ? (path, limitBytes) => readBounded(join(from.dir, path), limitBytes)
    : (path, limitBytes) => fetchBounded(new URL(path, ensureSlash(from.url)), limitBytes);
}

async function readBounded(file: string, limitBytes: number): Promise<Uint8Array | undefined> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    const { size } = await handle.stat();
    if (size > limitBytes) throw new Error(`${file} is over ${limitBytes} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function fetchBounded(url: URL, limitBytes: number): Promise<Uint8Array | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs), cache: 'no-store' });
  if (response.status === 404 || response.status === 410) {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok || response.body === null) throw new Error(`${url.href} answered ${response.status}`);
  const body: AsyncIterable<Uint8Array> = response.body;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > limitBytes) throw new Error(`${url.href} is over ${limitBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function ensureSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
