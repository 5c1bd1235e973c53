/** A site that allows nothing but its own files, by a header on everything that it serves. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHub, type Hub } from '../../hub/index.ts';
import { loadProject } from '../../publisher/config/load.ts';
import { hubOptionsOf } from '../../publisher/serve/hub-options.ts';
import { createSite } from '../../publisher/serve/static-server.ts';
import { siteForSuite } from '../support/stage.ts';
import { connected, expectEverything, statsAfter } from '../support/visits.ts';

const assets = {
  'app.js': 'document.documentElement.lang = "ran";\n',
  'favicon.ico': '',
  'data.bin': randomBytes(200_000),
};
const files = {
  'index.html':
    '<!doctype html><title>strict</title><script src="/shoal.js" async></script><script src="/app.js" defer></script>',
  ...assets,
};
const policy = "default-src 'self'";

const stage = siteForSuite(files);
let server: Server;
let hub: Hub;

beforeAll(async () => {
  const { site } = stage;
  await site.stop();
  const project = await loadProject(join(site.folder, 'shoal.config.json'));
  hub = await createHub(
    await hubOptionsOf(project, { prefix: '/hub/', dir: site.dir, databasePath: ':memory:' }),
  );
  const served = createSite({ dir: site.dir, hub, site: site.origin });
  server = createServer((request, response) => {
    response.setHeader('content-security-policy', policy);
    served.handle(request, response);
  });
  server.on('upgrade', (request, socket, head) => served.handleUpgrade(request, socket, head));
  server.listen(Number(new URL(site.origin).port), '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  await hub?.close();
  server?.closeAllConnections();
  server?.close();
});

describe(`a site with the policy ${policy}`, () => {
  it('[J10] works, worker and swarm and all, and nothing is refused', async () => {
    const first = await stage.visits.fresh();
    await expectEverything(first.page, assets);
    const second = await stage.visits.fresh();
    await connected(second.page, 1);
    await expectEverything(second.page, { 'data.bin': assets['data.bin'] });
    const { swarmBytes } = await statsAfter(second.page, { 'data.bin': assets['data.bin'] });
    expect(swarmBytes).toBe(assets['data.bin'].length);
    const sent = await second.page.evaluate(async () => {
      const { headers } = await fetch('/shoal-sw.js');
      return headers.get('content-security-policy');
    });
    expect(sent).toBe(policy);
    for (const { log } of [first, second]) expect(log.problems()).toEqual([]);
  });
});
