/** A page that plays the swarm's host to its worker, without a swarm, and lies to it as a test says. */
import type { Page } from 'puppeteer';
import type { HostToWorker, WorkerToHost } from '../../protocol/worker-messages.ts';

export const chunkBytes = 65_536;

/** What comes instead of a chunk. `text`: these bytes, one for each character. */
export type Lie = 'flipped' | 'longer' | 'shorter' | 'empty' | 'twice' | { readonly text: string };

export interface Supply {
  /** SHA-256 of the asset that is asked for. */
  readonly digest: string;
  /** Where its bytes, or those that are passed off as it, come from: a URL that the worker leaves alone. */
  readonly source: string;
  /** By chunk; the others are as in the source. */
  readonly lies?: Readonly<Record<number, Lie>>;
  /** It takes so long to say what it has. */
  readonly stateAfterMs?: number;
}

/** What the worker has said to its host. */
export interface Heard {
  /** Chunks that it has asked for, in order. */
  readonly wanted: readonly number[];
  /** Chunks that it has found to be wrong. */
  readonly bad: readonly number[];
}

declare global {
  interface Window {
    supplier?: Heard;
  }
}

/** Registers the worker for a page without the tag, and waits until it rules. */
export async function registerWorker(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { serviceWorker } = navigator;
    const controlled = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve));
    await serviceWorker.register('/shoal-sw.js', { updateViaCache: 'none' });
    if (serviceWorker.controller === null) await controlled;
  });
}

/** Becomes the host; resolves when the worker knows that everything is to be had here. */
export async function becomeSupplier(page: Page, supply: Supply): Promise<void> {
  await page.evaluate(
    async ({ digest, source, lies = {}, stateAfterMs = 0 }, size) => {
      const whole = new Uint8Array(await (await fetch(source)).arrayBuffer());
      const heard: Record<keyof Heard, number[]> = { wanted: [], bad: [] };
      window.supplier = heard;
      const bytesOf = (chunk: number): ArrayBuffer => {
        const right = whole.slice(chunk * size, (chunk + 1) * size);
        const lie = lies[chunk];
        switch (lie) {
          case undefined:
          case 'twice':
            return right.buffer;
          case 'flipped':
            right.set([(right[right.length >> 1] ?? 0) ^ 1], right.length >> 1);
            return right.buffer;
          case 'longer':
            return Uint8Array.of(...right, 0).buffer;
          case 'shorter':
            return right.slice(0, -1).buffer;
          case 'empty':
            return new ArrayBuffer(0);
          default:
            return Uint8Array.from(lie.text, (character) => character.charCodeAt(0)).buffer;
        }
      };
      await new Promise<void>((resolve) => {
        const receive = (port: MessagePort, message: WorkerToHost): void => {
          const say = (answer: HostToWorker, transfer: Transferable[] = []): void =>
            port.postMessage(answer, transfer);
          if (message.t === 'packs') {
            const whole = message.packs.map(({ infohash }) => infohash);
            const state: HostToWorker = { t: 'swarm', peers: 1, settled: true, whole, part: [] };
            setTimeout(() => say(state), stateAfterMs);
            setTimeout(resolve, stateAfterMs + 50);
          }
          if (message.t === 'bad') heard.bad.push(message.chunk);
          if (message.t !== 'want' || message.digest !== digest) return;
          heard.wanted.push(...message.chunks);
          for (const chunk of message.chunks) {
            for (let times = lies[chunk] === 'twice' ? 2 : 1; times > 0; times--) {
              const bytes = bytesOf(chunk);
              port.postMessage({ t: 'chunk', id: message.id, chunk, bytes, isFromOrigin: false }, [bytes]);
            }
          }
        };
        navigator.serviceWorker.addEventListener(
          'message',
          ({ data, ports }: MessageEvent<{ t: string }>) => {
            const [port] = ports;
            if (data.t === 'who-hosts') navigator.serviceWorker.controller?.postMessage({ t: 'host' });
            if (data.t !== 'port' || port === undefined) return;
            port.addEventListener('message', (event: MessageEvent<WorkerToHost>) =>
              receive(port, event.data),
            );
            port.start();
          },
        );
        navigator.serviceWorker.startMessages();
        navigator.serviceWorker.controller?.postMessage({ t: 'host' });
      });
    },
    supply,
    chunkBytes,
  );
}

/** What the worker has said so far. */
export function heardBy(page: Page): Promise<Heard> {
  return page.evaluate(() => window.supplier ?? { wanted: [], bad: [] });
}
