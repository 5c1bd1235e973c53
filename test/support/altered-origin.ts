/** The site's server, as it answers when something is wrong with it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSite } from '../../publisher/index.ts';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { ShoalSite } from './shoal-site.ts';
import { started } from './stage.ts';

/** Answers a request itself, or gives `false`: then the site does, with the headers that were set. */
export type Alteration = (path: string, response: ServerResponse, request: IncomingMessage) => boolean;

/** Ready-made answers. */
export const answer = {
  status:
    (status: number, body = '', headers: Readonly<Record<string, string>> = {}) =>
    (response: ServerResponse): true => {
      response.writeHead(status, headers).end(body);
      return true;
    },
  /** Takes the request and says nothing. */
  nothing: (): true => true,
};

export interface AlteredOrigin {
  /** From now on; without one everything is as usual. */
  alter(alteration?: Alteration): void;
  /** Paths that were asked for since the last call, in order. */
  asked(): string[];
  close(): Promise<void>;
}

/** In the place of the site's server for a suite, as usual again after each test; there is no hub. */
export function alteredOriginForSuite(stage: { readonly site: ShoalSite }): () => AlteredOrigin {
  let running: AlteredOrigin | undefined;
  beforeAll(async () => {
    await stage.site.stop();
    running = await startAlteredOrigin(stage.site);
  });
  afterEach(() => started(running).alter());
  afterAll(() => running?.close());
  return () => started(running);
}

/** Takes the place of the site's server, which must be stopped; there is no hub. */
async function startAlteredOrigin(site: ShoalSite): Promise<AlteredOrigin> {
  const files = createSite({ dir: site.dir });
  let asked: string[] = [];
  let alteration: Alteration = () => false;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    if (!alteration(path, response, request)) files.handle(request, response);
  });
  server.listen(Number(new URL(site.origin).port), '127.0.0.1');
  await once(server, 'listening');
  return {
    alter: (next = () => false) => {
      alteration = next;
    },
    asked: () => {
      const before = asked;
      asked = [];
      return before;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
