/** What stands between visitors and the server: a proxy that delays, changes, forges and cuts what passes. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** What becomes of a request. */
export type Fate =
  /** The connection is reset. */
  | { readonly kind: 'cut' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Headers;
      readonly body: Buffer | string;
    }
  | {
      readonly kind: 'change';
      readonly headers?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders;
      readonly body?: (body: Buffer) => Buffer;
      readonly gzip?: boolean;
      /** Held back for so much longer than others. */
      readonly delayMs?: number;
      /** Whole bodies only, whatever was asked for. */
      readonly ignoresRanges?: boolean;
    };

type Headers = Readonly<Record<string, string>>;
/** By the path, with its query; `undefined`: passed on as it is. */
export type Rule = (path: string) => Fate | undefined;

export interface Front {
  readonly origin: string;
  /** The rule from now on. */
  set(rule: Rule): void;
  /** Each answer is held back for so long. */
  delay(latencyMs: number): void;
  /** Nobody is reached any more, and open connections are reset. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A front at `port` for the server at `behind()`. It is not started. */
export function makeFront(port: number, behind: () => number): Front {
  let rule: Rule = () => undefined;
  let latencyMs = 0;
  const server = createServer((incoming, response) => {
    const answer = async (): Promise<void> => {
      if (latencyMs > 0) await sleep(latencyMs);
      const fate = rule(incoming.url ?? '/');
      if (fate?.kind === 'cut') incoming.socket.resetAndDestroy();
      else if (fate?.kind === 'answer') response.writeHead(fate.status, { ...fate.headers }).end(fate.body);
      else {
        if (fate?.delayMs !== undefined) await sleep(fate.delayMs);
        await passOn(behind(), incoming, response, fate);
      }
    };
    answer().catch(() => incoming.socket.destroy());
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    set: (next) => {
      rule = next;
    },
    delay: (ms) => {
      latencyMs = ms;
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    start: async () => {
      if (server.listening) return;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

async function passOn(
  port: number,
  incoming: IncomingMessage,
  response: ServerResponse,
  change: Extract<Fate, { kind: 'change' }> | undefined,
): Promise<void> {
  const { range, ...rest } = incoming.headers;
  const headers = change?.ignoresRanges === true || range === undefined ? rest : { ...rest, range };
  const outgoing = request({ host: '127.0.0.1', port, path: incoming.url, method: incoming.method, headers });
  outgoing.end();
  const answer = await responseTo(outgoing);
  const parts: Buffer[] = [];
  for await (const part of answer) if (Buffer.isBuffer(part)) parts.push(part);
  const whole = Buffer.concat(parts);
  const { 'transfer-encoding': _, ...received } = answer.headers;
  const body = change?.body?.(whole) ?? whole;
  const changed = change?.headers?.(received) ?? received;
  if (change?.gzip !== true) {
    // A body of another length would be cut short, or waited for.
    const length = body === whole ? {} : { 'content-length': String(body.length) };
    response.writeHead(answer.statusCode ?? 502, { ...changed, ...length }).end(body);
    return;
  }
  const { 'content-length': _length, ...unsized } = changed;
  response.writeHead(answer.statusCode ?? 502, { ...unsized, 'content-encoding': 'gzip' });
  response.end(gzipSync(body));
}

function responseTo(outgoing: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
  });
}
