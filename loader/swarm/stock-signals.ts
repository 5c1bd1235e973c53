/**
 * Signals over a tracker that knows nothing of Shoal (bittorrent-tracker and others): it hands whole offers
 * to members of its choice, and their answers back. So offers are made ahead, for whoever takes them, with
 * the candidates in them; those that nobody took are offered again.
 */

import {
  trackerLimits,
  type AnnounceRequest,
  type AnswerRequest,
  type SignalBody,
} from '../../protocol/tracker.ts';
import { candidateLimit } from '../../policy/ice.ts';
import type { DoorEvents } from './doors.ts';
import { binaryOfHex } from './fields.ts';
import { randomHex } from './random.ts';

/** Gathering ends by then: a STUN server that does not answer would hold up everything. */
const gatherMs = 400;
/** Offers that wait for an answer. */
const openOffers = 3;
/** By then routers have forgotten the way to them. */
const offerLifeMs = 10 * 60_000;
/** Offers that one page makes; each is a connection of the browser. */
const offersLimit = 60;

interface Description {
  readonly kind: 'offer' | 'answer';
  readonly to: string;
  readonly madeAtMs: number;
  sdp: string;
  done: boolean;
  readonly timer: ReturnType<typeof setTimeout>;
}

export interface StockSignalsContext {
  readonly self: string;
  readonly swarmId: string;
  readonly events: DoorEvents;
  answer(message: AnswerRequest): void;
  /** All offers are ready to be announced. */
  ready(): void;
}

export class StockSignals {
  readonly #context: StockSignalsContext;
  /** Our descriptions that are being gathered, and offers that wait, by attempt. */
  readonly #own = new Map<string, Description>();
  #made = 0;

  constructor(context: StockSignalsContext) {
    this.#context = context;
  }

  /** Makes offers until enough wait for an answer, as long as links are wanted. `true`: some are on the way. */
  refill(): boolean {
    const { events } = this.#context;
    for (const [attempt, { kind, madeAtMs }] of this.#own) {
      if (kind === 'answer' || performance.now() - madeAtMs < offerLifeMs) continue;
      this.#end(attempt);
      events.withdraw(attempt);
    }
    const before = this.#made;
    while (this.#own.size < openOffers && this.#made < offersLimit) {
      const attempt = randomHex(20);
      this.#begin('offer', '', attempt);
      if (!events.invite(attempt)) {
        this.#end(attempt);
        break;
      }
      this.#made++;
    }
    return this.#made > before;
  }

  /** All offers that wait, for the next announce. */
  offers(): NonNullable<AnnounceRequest['offers']> {
    return [...this.#own]
      .filter(([, { kind, done }]) => kind === 'offer' && done)
      .map(([attempt, { sdp }]) => ({ offer_id: binaryOfHex(attempt), offer: { type: 'offer', sdp } }));
  }

  /** Our side: a description, then its candidates. */
  send(to: string, attempt: string, body: SignalBody): void {
    if (body.kind === 'refuse') return;
    if (body.kind === 'answer') this.#begin('answer', to, attempt);
    const own = this.#own.get(attempt);
    if (own === undefined || own.done) return;
    own.sdp += body.kind === 'candidate' ? `a=${body.candidate}\r\n` : body.sdp;
  }

  /** No more candidates will come. */
  gathered(attempt: string): void {
    const own = this.#own.get(attempt);
    if (own === undefined || own.done) return;
    clearTimeout(own.timer);
    own.done = true;
    if (own.sdp === '') this.#own.delete(attempt);
    if (own.kind === 'offer') {
      // Together: an offer that is announced twice may go to two members, and only one of them can have it.
      const isLast = [...this.#own.values()].every(({ kind, done }) => kind === 'answer' || done);
      return isLast ? this.#context.ready() : undefined;
    }
    this.#own.delete(attempt);
    const { self, swarmId } = this.#context;
    this.#context.answer({
      action: 'announce',
      info_hash: binaryOfHex(swarmId),
      peer_id: binaryOfHex(self),
      to_peer_id: binaryOfHex(own.to),
      offer_id: binaryOfHex(attempt),
      answer: { type: 'answer', sdp: own.sdp },
    });
  }

  /** Their side: a description with candidates becomes one without, and signals. */
  receive(from: string, attempt: string, kind: 'offer' | 'answer', sdp: string): void {
    if (sdp.length > trackerLimits.messageBytes) return;
    // An answer to what was never offered, or offered to somebody else by this id, is nobody's.
    if (kind === 'answer' && !this.#end(attempt)) return;
    const { events } = this.#context;
    events.signal(from, attempt, { kind, sdp });
    const mid = /^a=mid:(\S+)\r?$/m.exec(sdp)?.[1] ?? '0';
    const candidates = sdp.match(/^a=candidate:[^\r\n]+/gm) ?? [];
    for (const line of candidates.slice(0, candidateLimit))
      events.signal(from, attempt, { kind: 'candidate', candidate: line.slice(2), mid });
  }

  stop(): void {
    for (const attempt of [...this.#own.keys()]) {
      this.#end(attempt);
      this.#context.events.withdraw(attempt);
    }
  }

  #begin(kind: Description['kind'], to: string, attempt: string): void {
    const timer = setTimeout(() => this.gathered(attempt), gatherMs);
    this.#own.set(attempt, { kind, to, madeAtMs: performance.now(), sdp: '', done: false, timer });
  }

  #end(attempt: string): boolean {
    clearTimeout(this.#own.get(attempt)?.timer);
    return this.#own.delete(attempt);
  }
}
