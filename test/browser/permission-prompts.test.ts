/** Chrome asks before a page may reach local addresses (https://wicg.github.io/local-network-access/): no visitor shall be asked on load. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launch, type RunningBrowser } from '../support/browser.ts';
import { startSwarmSite, type SwarmSite } from '../support/swarm/site.ts';
import { newSwarmVisitor, type SwarmVisitor } from '../support/swarm/visitor.ts';

let site: SwarmSite;
let browser: RunningBrowser;
/** Of documentation (RFC 5737): nobody answers. A server on this machine would be a local address itself. */
const stun = { urls: 'stun:203.0.113.7:3478' };
let visitors: SwarmVisitor[] = [];

beforeAll(async () => {
  site = await startSwarmSite();
  const ports = [new URL(site.url).port, site.hub.port];
  browser = await launch({
    args: [
      // The tests' browsers are told not to ask; this one asks, and takes the site for one on the internet.
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--enable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebRTC',
      `--ip-address-space-overrides=${ports.map((port) => `127.0.0.1:${port}=public`).join(',')}`,
    ],
  });
}, 60_000);

afterEach(async () => {
  for (const visitor of visitors) await visitor.close();
  visitors = [];
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Two pages try to meet. What the browser then says about the permission: it denies by itself what it cannot ask. */
async function permissionAfter(lan: boolean): Promise<string> {
  const states: string[] = [];
  for (let i = 0; i < 2; i++) {
    const visitor = await newSwarmVisitor(browser, site);
    visitors.push(visitor);
    await visitor.start([], { lan, iceServers: [stun] });
  }
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  for (const { page } of visitors) {
    const state = await page.evaluate(async () => {
      const query: unknown = Reflect.get(navigator.permissions, 'query');
      if (typeof query !== 'function') return 'no permissions';
      const status: unknown = await Reflect.apply(query, navigator.permissions, [
        { name: 'local-network-access' },
      ]);
      return typeof status === 'object' && status !== null ? String(Reflect.get(status, 'state')) : 'none';
    });
    states.push(state);
  }
  return states.sort().join(' ');
}

it('[J9] nobody is asked for access to local networks', async () => {
  expect(await permissionAfter(false)).toBe('prompt prompt');
});

it('with lan, visitors are asked: the check above would have seen it', async () => {
  expect(await permissionAfter(true)).toContain('denied');
});
