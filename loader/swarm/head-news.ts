/**
 * News of a release, from page to page: the signed head itself. The worker judges it before anything else is
 * done; the release that it names comes from the peer that told of it. The origin is asked for nothing: at the next
 * navigation the worker asks it for the head, as always, and has the rest.
 */

import { fullAllowance, take, type Allowance } from '../../policy/allowance.ts';
import type { PeerMessage } from '../../protocol/peer-messages.ts';
import type { PackLayout } from '../../protocol/worker-messages.ts';
import { askWorker } from './ask-worker.ts';
import { askForDocument, giveDocument } from './document-channel.ts';
import type { Documents } from './documents.ts';
import { fieldsOf, isCount, isHex, parseFields } from './fields.ts';
import type { Link } from './link.ts';

/** Heads that wait for the worker's judgement, of all peers together. */
const waitingLimit = 16;
/** Refused heads after which a peer is not listened to any more. */
const refusalLimit = 2;
/** Documents that are given at the same time, and how often to one peer. */
const givingLimit = 4;
const givingRate = { burst: 4, perSecond: 0.1 };

export interface HeadNewsOptions {
  readonly documents: Documents;
  /** Open ones. */
  links(): readonly Link[];
  nextPacks(layouts: readonly PackLayout[]): void;
  readonly torrentFile: (sha256: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  mayGive(): boolean;
  gave(bytes: number): void;
}

/** What a head says of itself. Nobody has verified it. */
interface Head {
  readonly text: string;
  readonly seq: number;
  readonly release: string;
}

export class HeadNews {
  readonly #options: HeadNewsOptions;
  /** The newest one that our worker trusts, or would. */
  #newest: Head | undefined;
  /** The release of a head that came from a peer: a worker that starts anew may have removed it. */
  #heard: { readonly head: Head; readonly document: Uint8Array<ArrayBuffer> | undefined } | undefined;
  /** One after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #refusals = new WeakMap<Link, number>();
  readonly #allowances = new WeakMap<Link, Allowance>();
  #givingCount = 0;

  constructor(options: HeadNewsOptions) {
    this.#options = options;
  }

  greeting(): readonly PeerMessage[] {
    return this.#newest === undefined ? [] : [{ t: 'head', head: this.#newest.text }];
  }

  /** The worker has taken another release, which it stored first. */
  ownReleaseChanged(): void {
    this.#enqueue(async () => {
      const bytes = await this.#options.documents.read('head');
      const head = parseHead(new TextDecoder().decode(bytes));
      if (head !== undefined) this.#take(head, undefined);
    });
  }

  /** What it was told is gone with it. */
  workerRestarted(): void {
    const heard = this.#heard;
    if (heard === undefined) return;
    this.#enqueue(async () => {
      const answer = await askWorker(heard.head.text);
      const isLost = answer?.release !== undefined && answer.packs === undefined;
      if (isLost && heard.document !== undefined) await this.#store(heard.head, heard.document);
    });
  }

  heard(link: Link, text: string): void {
    const head = parseHead(text);
    if (head === undefined || !this.#isNewer(head) || this.#waiting >= waitingLimit) return;
    this.#enqueue(() => this.#consider(link, head));
  }

  /** A peer asks for a release, or for a pack's torrent; the channel is ours to close. */
  async give(link: Link, channel: RTCDataChannel): Promise<void> {
    const allowance = this.#allowances.get(link) ?? fullAllowance(givingRate, performance.now());
    const left = take(allowance, givingRate, performance.now());
    if (left === undefined || this.#givingCount >= givingLimit || !this.#options.mayGive())
      return channel.close();
    this.#allowances.set(link, left);
    this.#givingCount++;
    try {
      const { documents, torrentFile } = this.#options;
      const document =
        (await torrentFile(channel.label)) ?? (await documents.read(`release/${channel.label}`));
      if (document === undefined) channel.close();
      else this.#options.gave(await giveDocument(channel, document));
    } catch {
      channel.close();
    } finally {
      this.#givingCount--;
    }
  }

  async #consider(link: Link, head: Head): Promise<void> {
    const refusals = this.#refusals.get(link) ?? 0;
    if (!this.#isNewer(head) || refusals >= refusalLimit) return;
    let answer = await askWorker(head.text);
    // A worker that says nothing is no fault of the peer.
    if (answer === undefined) return;
    if (answer.release === undefined) {
      this.#refusals.set(link, refusals + 1);
      return;
    }
    // The late answer to an earlier question.
    if (answer.release.sha256 !== head.release) return;
    let document: Uint8Array<ArrayBuffer> | undefined;
    if (answer.packs === undefined) {
      document = await askForDocument(link, head.release, answer.release.len);
      if (document === undefined) return;
      await this.#store(head, document);
      answer = await askWorker(head.text);
    }
    if (answer?.packs === undefined) return;
    this.#heard = { head, document };
    this.#options.nextPacks(answer.packs.packs);
    this.#take(head, link);
  }

  #store({ release }: Head, document: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#options.documents.write(`release/${release}`, document);
  }

  /** Passes it on, but not to whom it came from. */
  #take(head: Head, from: Link | undefined): void {
    if (!this.#isNewer(head)) return;
    this.#newest = head;
    for (const link of this.#options.links()) if (link !== from) link.say({ t: 'head', head: head.text });
  }

  #isNewer({ seq }: Head): boolean {
    return seq > (this.#newest?.seq ?? 0);
  }

  #enqueue(act: () => Promise<void>): void {
    this.#waiting++;
    this.#last = this.#last.then(act).finally(() => this.#waiting--);
  }
}

/** `undefined`: it is not even said to be a head. */
function parseHead(text: string): Head | undefined {
  const { seq, release } = parseFields(text.slice(text.indexOf('\n') + 1)) ?? {};
  const { sha256 } = fieldsOf(release) ?? {};
  return isCount(seq) && isHex(sha256, 64) ? { text, seq, release: sha256 } : undefined;
}
