/** A visitor of the swarm tests: a page with an engine, and the test in the worker's place. */
import type { Page } from 'puppeteer';
import type { HostState, PackLayout, WorkerToHost } from '../../../protocol/worker-messages.ts';
import type { TagConfig } from '../../../protocol/site-config.ts';
import { newVisitor, type RunningBrowser, type Visitor } from '../browser.ts';
import type { WantResult } from './page.ts';
import type { SwarmSite, TestAsset, TestPack } from './site.ts';

/** Chunk size of the tests, as a release would say. */
export const chunkBytes = 64 * 1024;

export interface SwarmVisitor {
  readonly page: Page;
  /** Another tab of the same browser, with an engine of its own. */
  anotherTab(): Promise<SwarmVisitor>;
  /** Exceptions and console errors so far. */
  readonly problems: () => string[];
  /** Starts the engine. */
  start(packs: readonly TestPack[], settings?: Partial<TagConfig>): Promise<void>;
  keep(asset: TestAsset, isSliced?: boolean): Promise<void>;
  say(message: WorkerToHost): Promise<void>;
  /** Wants chunks, by default all of them. */
  want(
    asset: TestAsset,
    options?: { readonly chunks?: readonly number[]; readonly timeoutMs?: number },
  ): Promise<WantResult>;
  /** Waits until so many peers are connected. */
  connected(peers: number): Promise<void>;
  state(): Promise<HostState | undefined>;
  report(): Promise<{ readonly peers: number; readonly uploaded: number; readonly banned: number }>;
  /** Bytes that the engine reported as rejected. */
  rejectedBytes(): Promise<number>;
  close(): Promise<void>;
}

/** In a context of its own: another visitor's browser, as far as storage goes. */
export async function newSwarmVisitor(browser: RunningBrowser, site: SwarmSite): Promise<SwarmVisitor> {
  return tabOf(await newVisitor({ isolated: 'context', browser }), site);
}

async function tabOf(visitor: Visitor, site: SwarmSite): Promise<SwarmVisitor> {
  const { page, log } = await visitor.open(site.url);
  return {
    page,
    anotherTab: () => tabOf(visitor, site),
    problems: log.problems,
    close: visitor.close,
    start: (packs, settings = {}) =>
      page.evaluate(
        (config: TagConfig, piece: number, layouts: readonly PackLayout[]) =>
          lab.start(config, piece, layouts),
        { ...site.config, ...settings },
        chunkBytes,
        packs.map(({ layout }) => layout),
      ),
    keep: ({ digest }, isSliced = false) =>
      page.evaluate((hex: string, sliced: boolean) => lab.keep(hex, sliced), digest, isSliced),
    say: (message) => page.evaluate((value: WorkerToHost) => lab.say(value), message),
    want: (asset, { chunks = allChunks(asset), timeoutMs = 15_000 } = {}) =>
      page.evaluate(
        (hex: string, list: readonly number[], ms: number) => lab.want(hex, list, ms),
        asset.digest,
        chunks,
        timeoutMs,
      ),
    connected: async (peers) => {
      await page.waitForFunction(
        (count: number) => lab.swarm?.peers === count,
        { timeout: 15_000, polling: 20 },
        peers,
      );
    },
    state: () => page.evaluate(() => lab.state),
    report: () => page.evaluate(() => lab.report()),
    rejectedBytes: () =>
      page.evaluate(() => lab.failures.reduce((sum, { rejectedBytes = 0 }) => sum + rejectedBytes, 0)),
  };
}

function allChunks({ bytes }: TestAsset): readonly number[] {
  return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, chunk) => chunk);
}

/** What a hostile page does with the messages it sends on packs' channels. */
export type Hostility =
  /** Every block is wrong. */
  | 'pollute'
  /** Takes requests and sends no block. */
  | 'stall'
  /** Declares a message of 2 GiB. */
  | 'endless'
  /** Asks for the same block 300 times at once. */
  | 'flood';

/** From now on the page misbehaves towards its peers, below the engine. */
export async function makeHostile(page: Page, how: Hostility): Promise<void> {
  await page.evaluate((hostility: Hostility) => {
    const original: unknown = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, 'send')?.value;
    const send = (channel: RTCDataChannel, data: unknown): void => {
      if (typeof original === 'function') Reflect.apply(original, channel, [data]);
    };
    const attacked = new WeakSet<RTCDataChannel>();
    const request = new Uint8Array([0, 0, 0, 13, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0]);
    RTCDataChannel.prototype.send = function hostileSend(this: RTCDataChannel, data: unknown): void {
      const bytes = ArrayBuffer.isView(data) ? data.byteLength : 0;
      // Blocks travel as messages of their own; everything shorter is headers and small talk.
      if (bytes >= 1024 && hostility === 'stall') return;
      if (bytes >= 1024 && hostility === 'pollute' && ArrayBuffer.isView(data)) {
        const wrong = new Uint8Array(data.buffer, data.byteOffset, bytes).slice();
        wrong[100] = (wrong[100] ?? 0) ^ 1;
        return send(this, wrong);
      }
      send(this, data);
      // Bytes 0-4 of an "interested" or "unchoke" message: the handshake is over.
      const isAfterHandshake = bytes === 5 && this.label !== 'shoal' && !attacked.has(this);
      if (!isAfterHandshake) return;
      if (hostility === 'endless') {
        attacked.add(this);
        send(this, new Uint8Array([0x7f, 0xff, 0xff, 0xff, 7]));
      }
      if (hostility === 'flood') {
        attacked.add(this);
        for (let i = 0; i < 300; i++) send(this, request);
      }
    };
  }, how);
}
