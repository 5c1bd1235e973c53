/**
 * The host page as the worker sees it: a port to an untrusted supplier that may freeze, lie or vanish.
 * Ports die silently when the worker stops, so they are found again by asking all pages.
 */

import { limits, type Catalog } from '../manifests/index.ts';
import type { Outlook } from '../policy/race.ts';
import { freshRecord } from '../policy/swarm-record.ts';
import type {
  HostState,
  HostToWorker,
  PackedAsset,
  PackLayout,
  PackList,
  WorkerToClient,
  WorkerToHost,
} from '../protocol/worker-messages.ts';
import { within } from './deadline.ts';
import { parseHostMessage } from './parse-message.ts';
import { scope } from './scope.ts';

/** What a `want` brings. */
export interface WantListener {
  /** One or more chunks in a row; the answer is how many. */
  onChunks(first: number, bytes: ArrayBuffer, isFromOrigin: boolean): number;
  /** Nothing more will come. */
  onEnd(): void;
}

/** What the host tells beside bytes: failures, and that its swarm has settled. */
export type HostListener = (message: Extract<HostToWorker, { t: 'failure' | 'swarm' }>) => void;

interface Session {
  readonly port: MessagePort;
  /** What its swarm can do, by its own word. */
  swarm?: HostState;
  /** When it was first asked for something since it last said anything. */
  askedMs: number | undefined;
}

interface Want {
  readonly asked: Session;
  readonly listener: WantListener;
  /** Chunks that have not come yet. */
  left: number;
}

/**
 * A page that hosts answers every want with its state at once. After so long without a word it counts as
 * frozen: such a page looks alive. One that is only slow is found again.
 */
const frozenMs = 2_000;
/** A page that hosts answers within a few milliseconds, also in the background. */
const callTimeoutMs = 60;

export class Host {
  /** When the swarm last delivered a right chunk, for whomever (`performance.now()`). */
  deliveredMs = -Infinity;
  /** What the swarm has shown on this network. */
  record = freshRecord;
  #session: Session | undefined;
  #packs: WorkerToHost | undefined;
  #nextId = 1;
  readonly #wants = new Map<number, Want>();
  readonly #listener: HostListener;
  #lastCallMs = -Infinity;
  #calling = Promise.resolve();
  #onState = (): void => undefined;

  constructor(listener: HostListener) {
    this.#listener = listener;
  }

  /** Chunks that are asked for and not there yet. */
  get queuedChunks(): number {
    let chunks = 0;
    for (const { left } of this.#wants.values()) chunks += left;
    return chunks;
  }

  /** Whether the swarm has had its chance to connect. */
  get settled(): boolean {
    return this.#session?.swarm?.settled === true;
  }

  /** A page says that it hosts the swarm: it gets a port that we made, and the packs. */
  adopt(client: Client): void {
    this.#drop();
    const { port1, port2 } = new MessageChannel();
    const session: Session = { port: port1, askedMs: undefined };
    port1.onmessage = (event: MessageEvent<unknown>) => this.#receive(session, event.data);
    this.#session = session;
    this.#awaitState();
    const message: WorkerToClient = { t: 'port' };
    client.postMessage(message, [port2]);
    if (this.#packs !== undefined) this.post(this.#packs);
  }

  /** The packs of the releases in use; kept for the next host too. */
  setPacks(base: string, catalogs: readonly Catalog[]): void {
    this.#packs = packsOf(base, catalogs);
    this.post(this.#packs);
  }

  /**
   * What the swarm can do for a pack now. After a restart of the worker, waits shortly for the host. For who
   * `waits` it can always do something: it agrees with whoever comes on who asks the origin.
   */
  async outlook(infohash: string | undefined, waits: boolean): Promise<Outlook> {
    if (infohash === undefined) return 'none';
    if (!this.settled) await this.call();
    const swarm = this.#session?.swarm;
    if (swarm?.whole.includes(infohash)) return 'whole';
    return swarm?.settled && (waits || swarm.part.includes(infohash)) ? 'part' : 'none';
  }

  /** Asks all pages who hosts, at most once a second; resolves when one has said what its swarm can do, or after 60 ms. */
  call(): Promise<void> {
    if (performance.now() - this.#lastCallMs >= 1_000) {
      this.#awaitState();
      if (this.#session === undefined) void this.#broadcast({ t: 'who-hosts' });
    }
    return this.#calling;
  }

  /** Also for a page that says once more that it hosts: until it has said what its swarm can do, nothing is known. */
  #awaitState(): void {
    this.#lastCallMs = performance.now();
    const answered = new Promise<void>((resolve) => (this.#onState = resolve));
    this.#calling = within(answered, callTimeoutMs, undefined);
  }

  async #broadcast(message: WorkerToClient): Promise<void> {
    const clients = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
    for (const client of clients) client.postMessage(message);
  }

  /** Asks for chunks. The answer is a function that cancels; `undefined`: nobody to ask. */
  want(
    digest: string,
    url: string,
    chunks: readonly number[],
    timeoutMs: number,
    listener: WantListener,
  ): (() => void) | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    const id = this.#nextId++;
    this.#wants.set(id, { asked: session, left: chunks.length, listener });
    if (session.askedMs === undefined) {
      session.askedMs = performance.now();
      setTimeout(() => this.#look(session), frozenMs);
    }
    this.post({ t: 'want', id, digest, url, chunks, timeoutMs });
    const end = (isLate: boolean): void => {
      clearTimeout(timer);
      if (!this.#wants.delete(id)) return;
      this.post({ t: 'cancel', id });
      if (isLate) listener.onEnd();
    };
    const timer = setTimeout(end, timeoutMs, true);
    return () => end(false);
  }

  /** Looks whether the host has said anything since it was asked. */
  #look(session: Session): void {
    const { askedMs } = session;
    if (askedMs === undefined || session !== this.#session) return;
    const silentMs = performance.now() - askedMs;
    if (silentMs >= frozenMs) this.#drop();
    else setTimeout(() => this.#look(session), frozenMs - silentMs);
  }

  #receive(session: Session, data: unknown): void {
    const message = parseHostMessage(data);
    if (message === undefined || session !== this.#session) return;
    session.askedMs = undefined;
    switch (message.t) {
      case 'chunk': {
        const want = this.#wants.get(message.id);
        if (want) want.left -= want.listener.onChunks(message.chunk, message.bytes, message.isFromOrigin);
        return;
      }
      case 'none': {
        const want = this.#wants.get(message.id);
        this.#wants.delete(message.id);
        want?.listener.onEnd();
        return;
      }
      case 'swarm': {
        const isNews = message.settled && !this.settled;
        session.swarm = message;
        this.#onState();
        if (isNews) this.#listener(message);
        return;
      }
      case 'failure':
        this.#listener(message);
    }
  }

  #drop(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    session.port.close();
    for (const [id, want] of [...this.#wants]) {
      if (want.asked !== session) continue;
      this.#wants.delete(id);
      want.listener.onEnd();
    }
  }

  /** Tells the host, if there is one. */
  post(message: WorkerToHost): void {
    try {
      this.#session?.port.postMessage(message);
    } catch {
      this.#drop();
    }
  }
}

/** All packs of these releases, each once. */
export function packsOf(base: string, catalogs: readonly Catalog[]): PackList {
  const piece = catalogs[0]?.release.piece ?? limits.leafBytes;
  const packs = new Map(
    catalogs.flatMap((catalog) => packLayouts(base, catalog)).map((pack) => [pack.infohash, pack]),
  );
  return { t: 'packs', piece, packs: [...packs.values()] };
}

function packLayouts(base: string, catalog: Catalog): PackLayout[] {
  // Identical content stands in a pack once, whatever the number of its names.
  const placed = catalog.release.packs.map(() => new Map<string, PackedAsset>());
  for (const { digest, entry } of catalog.assets) {
    if (entry.p === undefined) continue;
    placed[entry.p]?.set(digest, { digest, size: entry.n, offset: entry.o ?? 0 });
  }
  return catalog.release.packs.map((pack, index) => ({
    infohash: pack.ih,
    torrent: `${base}shoal/pack/${pack.ih}.torrent`,
    torrentSha256: pack.sha256,
    torrentBytes: pack.len,
    assets: [...(placed[index]?.values() ?? [])],
  }));
}
