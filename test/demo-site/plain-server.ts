/** A static server as plain as they come, to see the demo without any Shoal. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.xml': 'application/xml',
};

/** What a plain server may be told and tells. */
export interface PlainServer {
  readonly origin: string;
  /** `Range` headers that were asked with, by path. */
  readonly ranges: readonly (readonly [path: string, range: string])[];
  readonly close: () => Promise<void>;
}

/** Serves a folder; the tag is an empty script. @param broken a path whose bytes are served wrong, by one bit */
export async function servePlainly(folder: string, broken?: string): Promise<PlainServer> {
  const ranges: [string, string][] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      const path = pathname === '/' ? '/index.html' : pathname;
      const type = types[extname(path)] ?? 'application/octet-stream';
      const headers = { 'content-type': type, 'accept-ranges': 'bytes' };
      const bytes =
        path === '/shoal.js' ? Buffer.alloc(0) : await readFile(join(folder, path)).catch(() => undefined);
      if (bytes === undefined) return response.writeHead(404).end();
      if (path === broken) bytes[0] = (bytes[0] ?? 0) ^ 1;
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      if (range === null) return response.writeHead(200, headers).end(bytes);
      ranges.push([path, range[0]]);
      const from = Number(range[1]);
      const to = range[2] === '' ? bytes.length : Math.min(bytes.length, Number(range[2]) + 1);
      const contentRange = `bytes ${from}-${to - 1}/${bytes.length}`;
      return response
        .writeHead(206, { ...headers, 'content-range': contentRange })
        .end(bytes.subarray(from, to));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric port');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { origin: `http://127.0.0.1:${address.port}`, ranges, close };
}
