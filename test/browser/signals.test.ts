/** What leaves a page towards others: addresses in signals, and bytes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TagConfig } from '../../protocol/site-config.ts';
import {
  publicAddress,
  relayAddress,
  startIceServer,
  type IceServerForTests,
} from '../support/ice-server.ts';
import { messagesOf, recordSignals, type Signals } from '../support/signals.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import type { TestAsset, TestPack } from '../support/swarm/site.ts';
import { chunkBytes, type SwarmVisitor } from '../support/swarm/visitor.ts';

const MiB = 1024 * 1024;
const swarm = swarmForSuite();
let ice: IceServerForTests;

beforeAll(async () => {
  ice = await startIceServer();
});

afterAll(() => ice?.close());

function addPack(bytes: number): { pack: TestPack; asset: TestAsset } {
  const pack = swarm.addPack([bytes]);
  const [asset] = pack.assets;
  if (asset === undefined) throw new Error('the pack has an asset');
  return { pack, asset };
}

interface Pair {
  readonly asset: TestAsset;
  readonly seeder: SwarmVisitor;
  readonly leecher: SwarmVisitor;
  readonly signals: Signals;
}

/** Two pages that try to meet, and everything that both of them send to the hub. */
async function meet(settings: Partial<TagConfig>, bytes = MiB): Promise<Pair> {
  const { pack, asset } = addPack(bytes);
  const seeder = await swarm.visitor();
  const leecher = await swarm.visitor();
  const recorded = [await recordSignals(seeder.page), await recordSignals(leecher.page)];
  await seeder.keep(asset);
  await seeder.start([pack], settings);
  await leecher.start([pack], settings);
  const signals = {
    get sockets() {
      return recorded.flatMap(({ sockets }) => sockets);
    },
    get sent() {
      return recorded.flatMap(({ sent }) => sent);
    },
  };
  await expect.poll(() => kindsOf(signals)).toContain('answer');
  return { asset, seeder, leecher, signals };
}

function bodiesOf(signals: Signals): Readonly<Record<string, unknown>>[] {
  return messagesOf(signals, 'signal').map(({ signal }) =>
    typeof signal === 'object' && signal !== null ? { ...signal } : {},
  );
}

function kindsOf(signals: Signals): unknown[] {
  return bodiesOf(signals).map(({ kind }) => kind);
}

/** Types of the candidates that were sent. */
function candidatesOf(signals: Signals): string[] {
  return bodiesOf(signals).flatMap(({ candidate }) =>
    typeof candidate === 'string' ? [/ typ (\S+)/.exec(candidate)?.[1] ?? '?'] : [],
  );
}

/** Every address in everything that was sent, but the placeholders of session descriptions. */
function addressesOf({ sent }: Signals): string[] {
  const all = sent.join('\n').match(/\b\d{1,3}(?:\.\d{1,3}){3}\b|[0-9a-f-]{36}\.local/g) ?? [];
  return [...new Set(all)].filter((address) => !['0.0.0.0', '127.0.0.1'].includes(address));
}

describe('signals', () => {
  it('[J3] hold no local address and no local name', async () => {
    const { signals } = await meet({ lan: false, iceServers: [ice.stun] });
    await expect.poll(() => candidatesOf(signals)).toContain('srflx');
    await sleep(500);
    expect(new Set(candidatesOf(signals))).toEqual(new Set(['srflx']));
    expect(addressesOf(signals)).toEqual([publicAddress]);
    expect(signals.sent.join('')).not.toContain('a=candidate');
  });

  it('hold them where the site says so', async () => {
    const { signals, leecher } = await meet({ lan: true });
    await leecher.connected(1);
    expect(new Set(candidatesOf(signals))).toEqual(new Set(['host']));
    expect(addressesOf(signals)).not.toEqual([]);
  });

  it('[J2] name nothing but relays where the site wants that, and everything goes through them', async () => {
    const { signals, leecher, asset } = await meet({ relayOnly: true, iceServers: [ice.turn, ice.stun] });
    await leecher.connected(1);
    expect((await leecher.want(asset)).isNone).toBe(false);
    expect(ice.relayedBytes()).toBeGreaterThan(MiB);
    expect(new Set(candidatesOf(signals))).toEqual(new Set(['relay']));
    expect(addressesOf(signals)).toEqual([relayAddress]);
  });
});

describe('a page that nobody looks at', () => {
  it('[J7] gives nothing within a second, and gives again when somebody does', async () => {
    const { seeder, leecher, asset } = await meet({ uploadBytesPerSecond: MiB }, 8 * MiB);
    await leecher.connected(1);
    const arriving = leecher.want(asset, { timeoutMs: 40_000 });
    await expect.poll(async () => (await seeder.report()).uploaded).toBeGreaterThan(0);
    const other = await seeder.anotherTab();
    await expect.poll(() => seeder.page.evaluate(() => document.visibilityState)).toBe('hidden');
    await sleep(1_000);
    const { uploaded } = await seeder.report();
    expect(uploaded).toBeLessThan(7 * MiB);
    await sleep(1_500);
    expect((await seeder.report()).uploaded).toBe(uploaded);
    // Nobody is left waiting for it.
    expect((await arriving).isNone).toBe(true);
    await other.page.close();
    await expect.poll(() => seeder.page.evaluate(() => document.visibilityState)).toBe('visible');
    const { chunks } = await leecher.want(asset, { timeoutMs: 30_000 });
    expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
  });
});

describe('the upload limit of a day', () => {
  it('[J8] holds over the tabs of a browser and its visits, and ends with the day', async () => {
    const { pack, asset } = addPack(4 * MiB);
    const limits = { uploadBytesPerDay: MiB };
    const tab = await swarm.visitor();
    await tab.keep(asset);
    await tab.start([pack], limits);
    const leecher = await swarm.visitor();
    await leecher.start([pack]);
    await leecher.connected(1);
    expect((await leecher.want(asset, { timeoutMs: 3_000 })).isNone).toBe(true);
    const { uploaded } = await tab.report();
    expect(uploaded).toBeGreaterThan(MiB / 2);
    expect(uploaded).toBeLessThan(1.5 * MiB);

    const second = await tab.anotherTab();
    await tab.page.evaluate(() => lab.swarm?.stop());
    await second.start([pack], limits);
    await leecher.connected(1);
    expect((await leecher.want(asset, { timeoutMs: 1_500 })).isNone).toBe(true);
    expect((await second.report()).uploaded).toBe(0);
    await second.page.evaluate(() => lab.swarm?.stop());

    const tomorrow = await tab.anotherTab();
    await tomorrow.page.evaluate(() => {
      const [day = 0, bytes = 0] = (localStorage.getItem('shoal-uploaded') ?? '').split(' ').map(Number);
      localStorage.setItem('shoal-uploaded', `${day - 1} ${bytes}`);
    });
    await tomorrow.start([pack], limits);
    await leecher.connected(1);
    await leecher.want(asset, { timeoutMs: 3_000 });
    expect((await tomorrow.report()).uploaded).toBeGreaterThan(MiB / 2);
  });
});
