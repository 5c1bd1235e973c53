/** Who is left alone, and what is said about a visitor. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { startHub } from '../../hub/index.ts';
import { jsonLogger } from '../../hub/log.ts';
import { loadProject } from '../../publisher/config/load.ts';
import { hubOptionsOf } from '../../publisher/serve/hub-options.ts';
import { freePort } from '../support/ports.ts';
import { ready } from '../support/shoal-site.ts';
import { recordReports, reportTexts } from '../support/reports.ts';
import { connectionCounts, countConnections, messagesOf, recordSignals } from '../support/signals.ts';
import { siteForSuite } from '../support/stage.ts';
import { connected, expectEverything, type Visit } from '../support/visits.ts';

const head = '<link rel="icon" href="data:,"><script src="/shoal.js" async></script>';
const files = {
  'index.html': `<!doctype html><title>site</title>${head}`,
  'other/page.html': `<!doctype html><title>other</title>${head}<img src="/only-here.svg">`,
  'consent.html': `<!doctype html><title>consent</title>${head.replace(' async', ' async data-consent="required"')}`,
  'only-here.svg': '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
};

const stage = siteForSuite(files);

describe('a visitor who wants to be left alone', () => {
  const wishes: readonly (readonly [string, string, (page: Page) => Promise<unknown>])[] = [
    [
      'Global Privacy Control',
      '/',
      (page) =>
        page.evaluateOnNewDocument(() =>
          Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
        ),
    ],
    [
      'Save-Data',
      '/',
      async (page) => {
        const session = await page.createCDPSession();
        await session.send('Emulation.setDataSaverOverride', { dataSaverEnabled: true });
      },
    ],
    [
      'a metered connection',
      '/',
      (page) =>
        page.evaluateOnNewDocument(() =>
          Object.defineProperty(navigator, 'connection', {
            value: Object.assign(new EventTarget(), { type: 'cellular' }),
          }),
        ),
    ],
    [
      'a low battery',
      '/',
      (page) =>
        page.evaluateOnNewDocument(() =>
          Object.defineProperty(navigator, 'getBattery', {
            value: async () => Object.assign(new EventTarget(), { level: 0.1, charging: false }),
          }),
        ),
    ],
    ['a page that asks first', '/consent.html', async () => undefined],
    [
      'an opt-out on an earlier visit',
      '/',
      (page) => page.evaluateOnNewDocument(() => localStorage.setItem('shoal-consent', 'out')),
    ],
  ];
  it.each(wishes)('[J1] has no connection and no socket: %s', async (_, path, wish) => {
    let signals = { sockets: [] as readonly string[] };
    const { page } = await stage.visits.plain(path, async (tab) => {
      signals = await recordSignals(tab);
      await countConnections(tab);
      await wish(tab);
    });
    expect(await ready(page)).toMatchObject({ worker: true });
    await expectEverything(page, { 'only-here.svg': files['only-here.svg'] });
    await sleep(500);
    expect(signals.sockets).toEqual([]);
    expect(await connectionCounts(page)).toMatchObject({ made: 0 });
  });

  it('has both where nothing speaks against it', async () => {
    let signals = { sockets: [] as readonly string[] };
    const first = await stage.visits.fresh();
    const { page } = await stage.visits.plain('/', async (tab) => {
      signals = await recordSignals(tab);
      await countConnections(tab);
    });
    await connected(page, 1);
    expect(signals.sockets).toHaveLength(1);
    expect((await connectionCounts(page)).made).toBe(1);
    await first.page.close();
  });
});

describe('what is said about a visitor', () => {
  const announcing = async (
    path: string,
  ): Promise<{ visit: Visit; announce: object; peerId: unknown; url: string }> => {
    let signals = { sockets: [] as readonly string[], sent: [] as readonly string[] };
    const visit = await stage.visits.plain(path, async (tab) => {
      signals = await recordSignals(tab);
    });
    await expect.poll(() => signals.sent.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const { peer_id: peerId, ...announce } = messagesOf(signals, 'announce')[0] ?? {};
    return { visit, announce, peerId, url: signals.sockets[0] ?? '' };
  };

  it('[J4] is the same on every page', async () => {
    const one = await announcing('/?search=my+illness#part');
    const other = await announcing('/other/page.html');
    expect(one.announce).toMatchObject({ action: 'announce', event: 'started' });
    expect(other.announce).toEqual(one.announce);
    expect(other.url).toBe(one.url);
    expect(other.peerId).not.toBe(one.peerId);
  });

  it('[J5] is a name that is new for each page load, and kept nowhere', async () => {
    const one = await announcing('/');
    const names = [one.peerId];
    const { page } = one.visit;
    const signals = await recordSignals(page);
    for (let load = 0; load < 2; load++) {
      await page.reload({ waitUntil: 'load' });
      await expect.poll(() => messagesOf(signals, 'announce').length).toBeGreaterThan(load);
      names.push(messagesOf(signals, 'announce').at(-1)?.['peer_id']);
    }
    expect(new Set(names).size).toBe(3);
    const kept = await page.evaluate(async () => {
      const databases = await indexedDB.databases();
      const keys: string[] = [];
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) keys.push(url);
      return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, databases, keys]);
    });
    expect(kept).toContain('/');
    for (const name of names) {
      const bytes = Array.from(String(name), (char) => char.charCodeAt(0));
      expect(kept).not.toContain(Buffer.from(bytes).toString('hex'));
      expect(kept).not.toContain(JSON.stringify(name).slice(1, -1));
    }
  });

  it('[J6] holds no address and no URL in reports, and the hub logs none', async () => {
    const lines: string[] = [];
    const port = await freePort();
    const project = await loadProject(`${stage.site.folder}/shoal.config.json`);
    const options = await hubOptionsOf(project, {
      prefix: '/hub/',
      dir: stage.site.dir,
      databasePath: ':memory:',
    });
    const hub = await startHub({ ...options, port, log: jsonLogger((line) => lines.push(line)) });
    let reports: readonly string[] = [];
    const { page } = await stage.visits.plain('/?secret=1#part', (tab) => recordReports(tab, hub.url));
    try {
      await ready(page);
      await expectEverything(page, { 'only-here.svg': files['only-here.svg'] });
      reports = await reportTexts(page);
      // The hub is made to speak: nonsense, foreign origins, garbage on the socket.
      await fetch(`${hub.url}beacon`, {
        method: 'POST',
        body: '{"secret=1":',
        headers: { origin: 'https://evil.example' },
      });
      await fetch(`${hub.url}nothing?secret=1`);
      await page.evaluate(
        async (url) => {
          const socket = new WebSocket(url);
          await new Promise((resolve) => (socket.onopen = resolve));
          socket.send('{"action":"announce","peer_id":7}');
          await new Promise((resolve) => (socket.onmessage = resolve));
          socket.close();
        },
        `${hub.url.replace('http', 'ws')}announce`,
      );
    } finally {
      await hub.close();
    }
    const all = [...reports, ...lines].join('\n');
    expect(reports.join('')).toContain('"loadMs"');
    for (const trace of ['secret', 'part', '127.0.0.1', '::1', 'HeadlessChrome', 'only-here'])
      expect(all.replaceAll(stage.site.origin, '')).not.toContain(trace);
    expect(all).not.toMatch(/\d+\.\d+\.\d+\.\d+(?!:\d+")/);
  });
});
