/**
 * The page side of the swarm tests: loads the built engine and plays the worker's part on the port.
 * Everything hangs on `lab`, for `page.evaluate`.
 */
import type { Swarm, SwarmEvent, SwarmOptions } from '../../../loader/swarm/options.ts';
import { sha256Hex } from '../../../manifests/index.ts';
import { keptCacheName, keptSliceUrl, keptWholeUrl, sliceBytes } from '../../../protocol/kept.ts';
import type { TagConfig } from '../../../protocol/site-config.ts';
import type { HostState, HostToWorker, PackLayout, WorkerToHost } from '../../../protocol/worker-messages.ts';

/** How a want went. */
export interface WantResult {
  /** SHA-256 of each chunk that came, by index. */
  readonly chunks: Readonly<Record<number, string>>;
  readonly bytes: number;
  readonly isNone: boolean;
  readonly firstMs: number;
  readonly ms: number;
}

interface Engine {
  startSwarm(options: SwarmOptions): Swarm;
}

function isEngine(module: unknown): module is Engine {
  return typeof module === 'object' && module !== null && 'startSwarm' in module;
}

interface RunningWant {
  readonly chunks: Record<number, ArrayBuffer>;
  readonly wanted: number;
  readonly startMs: number;
  firstMs: number;
  readonly done: (isNone: boolean) => void;
}

class Lab {
  readonly events: SwarmEvent[] = [];
  readonly failures: (HostToWorker & { readonly t: 'failure' })[] = [];
  state: HostState | undefined;
  startMs = 0;
  /** When the first connection was open, after the start. */
  openMs: number | undefined;
  settledMs: number | undefined;
  swarm: Swarm | undefined;
  #port: MessagePort | undefined;
  #nextId = 1;
  readonly #wants = new Map<number, RunningWant>();

  /** Puts an asset into the verified cache, whole or in slices. */
  async keep(digest: string, isSliced = false): Promise<void> {
    const bytes = new Uint8Array(await (await fetch(`/asset/${digest}`)).arrayBuffer());
    const cache = await caches.open(keptCacheName);
    if (!isSliced) return cache.put(keptWholeUrl('/', digest), new Response(bytes));
    for (let from = 0; from < bytes.length; from += sliceBytes) {
      const slice = bytes.slice(from, from + sliceBytes);
      await cache.put(keptSliceUrl('/', digest, from), new Response(slice));
    }
  }

  /** Another script of the page overwrites what is kept. */
  async overwrite(digest: string, bytes: number): Promise<void> {
    const cache = await caches.open(keptCacheName);
    await cache.put(keptWholeUrl('/', digest), new Response(new Uint8Array(bytes)));
  }

  #chunkBytes = 0;

  async start(config: TagConfig, piece: number, packs: readonly PackLayout[]): Promise<void> {
    const engine: unknown = await import(config.engine);
    if (!isEngine(engine)) throw new Error(`${config.engine} is no engine`);
    this.#chunkBytes = piece;
    const port = this.#newPort();
    this.startMs = performance.now();
    this.swarm = engine.startSwarm({ config, onEvent: (event) => this.#onEvent(event) });
    this.swarm.setPort(port);
    this.say({ t: 'packs', piece, packs });
  }

  /** The worker was restarted. */
  restartWorker(piece: number, packs: readonly PackLayout[]): void {
    this.swarm?.setPort(this.#newPort());
    this.say({ t: 'packs', piece, packs });
  }

  say(message: WorkerToHost): void {
    this.#port?.postMessage(message);
  }

  async want(digest: string, chunks: readonly number[], timeoutMs: number): Promise<WantResult> {
    const id = this.#nextId++;
    const startMs = performance.now();
    const got: Record<number, ArrayBuffer> = {};
    const want: RunningWant = await new Promise((resolve) => {
      const running: RunningWant = {
        chunks: got,
        wanted: chunks.length,
        startMs,
        firstMs: 0,
        done: (isNone) =>
          resolve({ ...running, done: () => undefined, wanted: isNone ? -1 : running.wanted }),
      };
      this.#wants.set(id, running);
      this.say({ t: 'want', id, digest, url: 'data:,', chunks, timeoutMs });
    });
    const ms = performance.now() - startMs;
    const digests: Record<number, string> = {};
    let bytes = 0;
    for (const [chunk, buffer] of Object.entries(got)) {
      digests[Number(chunk)] = await sha256Hex(new Uint8Array(buffer));
      bytes += buffer.byteLength;
    }
    return { chunks: digests, bytes, isNone: want.wanted === -1, firstMs: want.firstMs, ms };
  }

  report(): { readonly peers: number; readonly uploaded: number; readonly banned: number } {
    return {
      peers: this.swarm?.peers ?? 0,
      uploaded: this.events.reduce((sum, event) => sum + (event.t === 'uploaded' ? event.bytes : 0), 0),
      banned: this.events.filter((event) => event.t === 'failure' && event.code === 'peer-banned').length,
    };
  }

  #newPort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<HostToWorker>) => this.#receive(data);
    return port2;
  }

  #receive(message: HostToWorker): void {
    switch (message.t) {
      case 'chunk': {
        const want = this.#wants.get(message.id);
        if (want === undefined) return;
        want.firstMs ||= performance.now() - want.startMs;
        for (let at = 0; at < message.bytes.byteLength; at += this.#chunkBytes) {
          want.chunks[message.chunk + at / this.#chunkBytes] = message.bytes.slice(at, at + this.#chunkBytes);
        }
        if (Object.keys(want.chunks).length === want.wanted) want.done(false);
        return;
      }
      case 'none':
        return this.#wants.get(message.id)?.done(true);
      case 'swarm':
        this.state = message;
        if (message.settled) this.settledMs ??= performance.now() - this.startMs;
        return;
      case 'failure':
        this.failures.push(message);
        return;
    }
  }

  #onEvent(event: SwarmEvent): void {
    this.events.push(event);
    if (event.t === 'peers' && event.peers > 0) this.openMs ??= performance.now() - this.startMs;
  }
}

declare global {
  var lab: Lab;
}
globalThis.lab = new Lab();
