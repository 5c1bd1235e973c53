/** A visitor of the swarm tests: a page with an engine, and the test in the worker's place. */
import type { Page } from 'puppeteer';
import type { HostState, PackLayout, WorkerToHost } from '../../../protocol/worker-messages.ts';
import type { TagConfig } from '../../../protocol/site-config.ts';
import { newVisitor, type RunningBrowser } from '../browser.ts';
import type { WantResult } from './page.ts';
import type { SwarmSite, TestAsset, TestPack } from './site.ts';

/** Chunk size of the tests, as a release would say. */
export const chunkBytes = 64 * 1024;

export interface SwarmVisitor {
  readonly page: Page;
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
  const visitor = await newVisitor({ isolated: 'context', browser });
  const { page, log } = await visitor.open(site.url);
  return {
    page,
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

export function allChunks({ bytes }: TestAsset): readonly number[] {
  return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, chunk) => chunk);
}

/** From now on every block that this page sends is wrong: what a hostile peer would do. */
export async function pollute(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { send } = RTCDataChannel.prototype;
    RTCDataChannel.prototype.send = function pollutedSend(this: RTCDataChannel, data: unknown): void {
      // Blocks travel as messages of their own; everything shorter is headers and small talk.
      if (ArrayBuffer.isView(data) && data.byteLength >= 1024) {
        const wrong = new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
        wrong[100] = (wrong[100] ?? 0) ^ 1;
        send.call(this, wrong);
      } else Reflect.apply(send, this, [data]);
    };
  });
}
