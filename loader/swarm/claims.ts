/**
 * One pack's share of the agreement on who asks the origin for what: tells peers our claim and passes
 * theirs on, and fetches what policy/claims.ts says is ours to fetch.
 */

import {
  forgetClaims,
  hearClaims,
  isAlone,
  knownClaims,
  renewalMs,
  startClaims,
  type ClaimsState,
} from '../../policy/claims-heard.ts';
import { isOvertaken, isStillOurs, takeTurn } from '../../policy/claims.ts';
import { runsOf, type Pieces } from '../../policy/pack-layout.ts';
import type { Claim, PieceRun } from '../../protocol/peer-messages.ts';
import type { ClaimsMail } from './claims-mail.ts';
import type { Link } from './link.ts';
import type { OriginBudget } from './origin-budget.ts';
import { OriginRuns, type OriginRunsOwner } from './origin-runs.ts';
import type { Search } from './search.ts';

/** With somebody to agree with, nothing is asked of the origin for so long after the first wish and the first connection. */
const listenMs = 150;
/** And as long as connections are only on the way. */
const connectMs = 1_000;
/** Pieces of so many bytes are ranked together, and asked for together. */
const groupBytes = 256 * 1024;
/** Between two looks; much happens while a page loads. */
const reviewPauseMs = 40;

/** What all packs share. */
export interface ClaimsContext {
  /** Our own peer id. */
  readonly self: string;
  readonly mail: ClaimsMail;
  readonly budget: OriginBudget;
  /** Open or on the way. */
  links(): readonly Link[];
  readonly search: Pick<Search, 'seek'>;
}

export interface ClaimsOwner extends Pick<OriginRunsOwner, 'chunk' | 'bring' | 'placeOf' | 'refused'> {
  readonly infohash: string;
  /** `undefined` while the torrent opens. */
  pieces(): Pieces | undefined;
  /** Pieces that are wanted and not here, in the order in which they are needed. */
  wanted(): readonly number[];
  isHeldByPeer(piece: number): boolean;
}

export class Claims {
  readonly #context: ClaimsContext;
  readonly #owner: ClaimsOwner;
  #state: ClaimsState;
  #seq = 0;
  #told = '';
  #saidMs = -Infinity;
  #wantedSinceMs: number | undefined;
  /** Since when some peer has had something that is wanted. */
  #heldSinceMs: number | undefined;
  /** Since when there has been somebody to listen to. */
  #linkedSinceMs: number | undefined;
  /** Peers that know what we know. */
  #greeted: ReadonlySet<Link> = new Set();
  readonly #runs: OriginRuns;
  #reviewedMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAtMs = Infinity;

  constructor(context: ClaimsContext, owner: ClaimsOwner) {
    this.#context = context;
    this.#owner = owner;
    this.#state = startClaims(context.self);
    this.#runs = new OriginRuns({
      budget: context.budget,
      placeOf: (piece) => owner.placeOf(piece),
      chunk: (asset, at, bytes) => {
        owner.chunk(asset, at, bytes);
        this.progress();
      },
      bring: (piece, bytes) => owner.bring(piece, bytes),
      goesOn: (piece) => this.#isStillOurs(piece),
      landed: () => this.review(),
      refused: () => owner.refused(),
    });
  }

  /** Whether we could fetch the piece ourselves. */
  canFetch(piece: number): boolean {
    return this.#runs.canFetch(piece);
  }

  isFlying(piece: number): boolean {
    return this.#runs.flying.has(piece);
  }

  /** An asset is wanted anew. */
  renew(digest: string): void {
    this.#runs.renew(digest);
    this.review();
  }

  /** Something that is wanted has come, from wherever. */
  progress(): void {
    this.#context.budget.progressMs = performance.now();
  }

  /** A block has come from a peer. */
  received(bytes: number): void {
    this.#context.budget.received(bytes);
  }

  hear(claims: readonly Claim[], from: string): void {
    const { state, news } = hearClaims(this.#state, claims, performance.now());
    this.#state = state;
    this.#context.mail.add(this.#owner.infohash, news, from);
    if (news.length > 0) this.review();
  }

  peerLeft(peer: string): void {
    this.#state = forgetClaims(this.#state, peer);
    this.review();
  }

  /** Peers, their packs, wants or pieces have changed: looks at everything again, soon and once. */
  review(): void {
    this.#reviewAt(Math.max(performance.now(), this.#reviewedMs + reviewPauseMs));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#runs.close();
  }

  #reviewAt(atMs: number): void {
    if (atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => this.#reviewNow(performance.now()), atMs - performance.now());
  }

  #reviewNow(nowMs: number): void {
    this.#reviewedMs = nowMs;
    this.#timerAtMs = Infinity;
    const pieces = this.#owner.pieces();
    const lacking = this.#owner.wanted();
    this.#greet(nowMs);
    this.#runs.keepOnly(lacking.filter((piece) => !this.#isOvertaken(piece, nowMs)));
    if (pieces !== undefined && lacking.length > 0) this.#takeTurn(lacking, pieces, nowMs);
    else this.#wantedSinceMs = undefined;
    this.#tell(lacking, nowMs);
  }

  #takeTurn(lacking: readonly number[], pieces: Pieces, nowMs: number): void {
    const { budget } = this.#context;
    this.#wantedSinceMs ??= nowMs;
    if (!lacking.some((piece) => this.#owner.isHeldByPeer(piece))) this.#heldSinceMs = undefined;
    else this.#heldSinceMs ??= nowMs;
    const turn = takeTurn(
      this.#state,
      {
        wanted: lacking.filter((piece) => this.canFetch(piece)),
        flying: this.#runs.flying,
        isBusy: budget.isBusy,
        isHeld: (piece) => this.#isHeld(piece),
        progressMs: Math.max(budget.progressMs, this.#wantedSinceMs),
        notBeforeMs: this.#notBeforeMs(this.#wantedSinceMs, nowMs),
        room: isAlone(this.#state, nowMs) ? Infinity : budget.room(pieces.pieceBytes),
        group: groupOf(pieces),
      },
      nowMs,
    );
    this.#state = turn.state;
    this.#runs.start(turn.fetch, pieces);
    this.#reviewAt(Math.min(turn.wakeMs, nowMs + 1_000));
  }

  /** There is time to listen before the first request. */
  #notBeforeMs(wantedSinceMs: number, nowMs: number): number {
    const links = this.#context.links();
    if (!links.some((link) => link.open)) return wantedSinceMs + (links.length > 0 ? connectMs : 0);
    this.#linkedSinceMs ??= nowMs;
    const sinceMs = Math.max(wantedSinceMs, this.#linkedSinceMs);
    return Math.max(sinceMs + listenMs, this.#context.search.seek(this.#owner.infohash, sinceMs));
  }

  #isStillOurs(piece: number): boolean {
    const pieces = this.#owner.pieces();
    return pieces !== undefined && isStillOurs(this.#state, piece, groupOf(pieces), performance.now());
  }

  #isOvertaken(piece: number, nowMs: number): boolean {
    return isOvertaken(this.#state, piece, nowMs) && this.#isHeld(piece);
  }

  /** By a peer from which it can be expected. */
  #isHeld(piece: number): boolean {
    if (this.#heldSinceMs !== undefined && this.#context.budget.arePeersSlow(this.#heldSinceMs)) return false;
    return this.#owner.isHeldByPeer(piece);
  }

  #greet(nowMs: number): void {
    const { mail } = this.#context;
    const { infohash } = this.#owner;
    const readers = mail.readers(infohash);
    const fresh = readers.filter((link) => !this.#greeted.has(link));
    this.#greeted = new Set(readers);
    if (fresh.length === 0) return;
    const claims = [...knownClaims(this.#state, nowMs), ...this.#own()];
    for (const link of fresh) mail.greet(link, infohash, claims);
  }

  /** Says our claim when it has changed, and again from time to time while we want anything. */
  #tell(lacking: readonly number[], nowMs: number): void {
    const isWanting = lacking.length > 0;
    const text = JSON.stringify([isWanting, [...this.#runs.flying], this.#runs.done.size]);
    const isDue = isWanting && nowMs - this.#saidMs >= renewalMs(this.#state.others.size);
    if ((text === this.#told || (this.#told === '' && !isWanting)) && !isDue) return;
    this.#told = text;
    this.#saidMs = nowMs;
    this.#seq++;
    this.#context.mail.add(this.#owner.infohash, this.#own(), this.#context.self);
  }

  /** Nothing, as long as we have nothing to say. */
  #own(): readonly Claim[] {
    if (this.#seq === 0) return [];
    return [
      {
        by: this.#context.self,
        seq: this.#seq,
        ageMs: 0,
        wants: ascendingRuns(this.#owner.wanted()),
        flying: ascendingRuns(this.#runs.flying),
        done: ascendingRuns(this.#runs.done),
      },
    ];
  }
}

function groupOf({ pieceBytes }: Pieces): number {
  return Math.max(1, Math.floor(groupBytes / pieceBytes));
}

function ascendingRuns(pieces: Iterable<number>): readonly PieceRun[] {
  return runsOf([...pieces].sort((a, b) => a - b));
}
