/** Answering with a file: 200, 206, 304, 416, HEAD. Never compressed: the bytes are the signed ones. */

import { open, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BigIntStats } from 'node:fs';
import { rangeWish, type InclusiveRange } from './byte-range.ts';
import type { Pacer } from './pacer.ts';

const blockBytes = 64 * 1024;
/** A visitor that takes nothing for so long is gone. */
const stallMs = 60_000;

/** What was sent: status, and body bytes handed to the network. */
export interface Sent {
  readonly status: number;
  readonly bytes: number;
}

/** `headers`: all but those that follow from the file itself. @throws when the file cannot be read. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  absolute: string,
  headers: Readonly<Record<string, string>>,
  pace: Pacer,
): Promise<Sent> {
  const handle = await open(absolute, 'r');
  try {
    const stats = await handle.stat({ bigint: true });
    const answer = answerFor(request, stats);
    response.writeHead(answer.status, { ...headers, ...answer.headers });
    const bytes =
      answer.body === undefined || request.method === 'HEAD'
        ? 0
        : await sendBody(response, handle, answer.body, pace);
    response.end();
    return { status: answer.status, bytes };
  } finally {
    await handle.close();
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: no body. */
  readonly body?: InclusiveRange;
}

function answerFor(request: IncomingMessage, stats: BigIntStats): Answer {
  const size = Number(stats.size);
  const etag = `"${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}"`;
  const modified = new Date(Number(stats.mtimeMs)).toUTCString();
  const common = { etag, 'last-modified': modified, 'accept-ranges': 'bytes' };
  if (matchesEtag(request.headers['if-none-match'], etag)) return { status: 304, headers: common };

  const condition = request.headers['if-range'];
  const isSame = condition === undefined || condition === etag || condition === modified;
  const wish = rangeWish(isSame ? request.headers.range : undefined, size);
  switch (wish.kind) {
    case 'unsatisfiable':
      return {
        status: 416,
        headers: { ...common, 'content-range': `bytes */${size}`, 'content-length': '0' },
      };
    case 'part': {
      const { first, last } = wish.range;
      return {
        status: 206,
        headers: {
          ...common,
          'content-range': `bytes ${first}-${last}/${size}`,
          'content-length': String(last - first + 1),
        },
        body: wish.range,
      };
    }
    case 'whole':
      return {
        status: 200,
        headers: { ...common, 'content-length': String(size) },
        ...(size === 0 ? {} : { body: { first: 0, last: size - 1 } }),
      };
  }
}

/** RFC 9110, section 13.1.2: a list, compared weakly. */
function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((item) => item.trim().replace(/^W\//, '') === etag || item.trim() === '*');
}

async function sendBody(
  response: ServerResponse,
  handle: FileHandle,
  range: InclusiveRange,
  pace: Pacer,
): Promise<number> {
  const block = new Uint8Array(blockBytes);
  let sent = 0;
  for (let at = range.first; at <= range.last;) {
    const wanted = Math.min(blockBytes, range.last - at + 1);
    await pace(wanted);
    const { bytesRead } = await handle.read(block, 0, wanted, at);
    // Shorter than its own header says: the connection must break, not end.
    if (bytesRead === 0) response.destroy(new Error('the file became shorter'));
    if (bytesRead === 0 || !(await written(response, block.slice(0, bytesRead)))) return sent;
    sent += bytesRead;
    at += bytesRead;
  }
  return sent;
}

/** Whether the bytes went to the network; `false` when the visitor left or stopped listening. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isWritten: boolean): void => {
      clearTimeout(timer);
      response.off('close', onClose);
      resolve(isWritten);
    };
    const onClose = (): void => settle(false);
    const timer = setTimeout(() => response.destroy(), stallMs);
    response.once('close', onClose);
    response.write(bytes, (error) => settle(error === null || error === undefined));
  });
}
