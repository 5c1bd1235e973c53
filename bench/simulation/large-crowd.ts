/**
 * A crowd that is too large to play every message of it: time goes in steps, a member's pieces are the bits of
 * a number, and claims are not sent: everybody knows at once who is among the members that all remember
 * (`claimersLimit`), and what they fetch.
 */

import { claimersLimit } from '../../policy/claims-heard.ts';
import { seedOf, weightOf } from '../../policy/rendezvous.ts';
import { anyBit } from './bits.ts';
import type { Chance } from './chance.ts';
import type { Crowd } from './crowd.ts';
import { Graph } from './graph.ts';

/** Not more than a number has bits. */
const piecesLimit = 32;
const stepMs = 200;
/** From coming to the first request: connecting, and listening. */
const startMs = 500;
/** As in policy/claims.ts. */
const stallMs = 1_800;
const rescueSpreadMs = 2_000;
const manyStallMs = 8_000;
const spreadMs = 15_000;
const overtakenMs = 4_000;
/** Pieces that a member has on the way from the origin at once. */
const roomPieces = 4;

export interface LargeOutcome {
  /** From coming to the last piece, sorted; `Infinity` for those without all. */
  readonly timesMs: Float64Array;
  readonly originBytes: number;
  readonly receivedBytes: number;
  /** Members that found nobody when they came. */
  readonly firsts: number;
}

interface Flight {
  readonly member: number;
  readonly piece: number;
  readonly slot: number;
  readonly sinceMs: number;
  left: number;
}

/** Lets a crowd come whose members stay for `stayMs` once they have everything. */
export function playLargeCrowd(crowd: Crowd, stayMs: () => number, chance: Chance): LargeOutcome {
  return new LargeWorld(crowd, stayMs, chance).play();
}

class LargeWorld {
  readonly #crowd: Crowd;
  readonly #stayMs: () => number;
  readonly #chance: Chance;
  readonly #graph: Graph;
  readonly #all: number;
  readonly #have: Uint32Array;
  readonly #flying: Uint32Array;
  readonly #flightCounts: Uint8Array;
  readonly #credit: Float64Array;
  readonly #progressMs: Float64Array;
  readonly #seeds: Uint32Array;
  readonly #doneMs: Float64Array;
  readonly #leaveMs: Float64Array;
  readonly #asked: Uint16Array;
  /** By piece: is one fetching it, and when did one last get it. */
  readonly #isFetched: Uint8Array;
  readonly #fetchedMs: Float64Array;
  #flights: Flight[] = [];
  #active: number[] = [];
  #seeding: number[] = [];
  #nowMs = 0;
  #originBytes = 0;
  #received = 0;
  #firsts = 0;

  constructor(crowd: Crowd, stayMs: () => number, chance: Chance) {
    const members = crowd.arrivalsMs.length;
    this.#crowd = crowd;
    this.#stayMs = stayMs;
    this.#chance = chance;
    this.#graph = new Graph(members, chance);
    this.#all = crowd.pieces === piecesLimit ? 0xffff_ffff : 2 ** crowd.pieces - 1;
    this.#have = new Uint32Array(members);
    this.#flying = new Uint32Array(members);
    this.#flightCounts = new Uint8Array(members);
    this.#credit = new Float64Array(members);
    this.#progressMs = new Float64Array(members);
    this.#doneMs = new Float64Array(members).fill(Infinity);
    this.#leaveMs = new Float64Array(members).fill(Infinity);
    this.#asked = new Uint16Array(members);
    this.#seeds = Uint32Array.from({ length: members }, (_, member) =>
      seedOf(String(Math.imul(member + 1, 0x9e3779b1) >>> 0).padStart(16, '0')),
    );
    this.#isFetched = new Uint8Array(piecesLimit);
    this.#fetchedMs = new Float64Array(piecesLimit).fill(-Infinity);
  }

  play(): LargeOutcome {
    const { arrivalsMs, untilMs } = this.#crowd;
    let come = 0;
    for (; this.#nowMs < untilMs; this.#nowMs += stepMs) {
      for (let next = arrivalsMs[come]; next !== undefined && next <= this.#nowMs; next = arrivalsMs[come]) {
        this.#progressMs[come] = this.#nowMs;
        if (this.#graph.size === 0) this.#firsts++;
        this.#graph.join(come);
        this.#active.push(come++);
      }
      if (come === arrivalsMs.length && this.#active.length === 0) break;
      this.#exchange();
      this.#askOrigin();
      this.#originSends();
      this.#finish();
    }
    const timesMs = this.#doneMs.map((doneMs, member) => doneMs - (arrivalsMs[member] ?? 0)).sort();
    return { timesMs, originBytes: this.#originBytes, receivedBytes: this.#received, firsts: this.#firsts };
  }

  /** Each uplink is shared by the neighbours that can use it. */
  #exchange(): void {
    const { upPerMs, downPerMs, pieceBytes } = this.#crowd;
    const have = this.#have;
    this.#asked.fill(0);
    this.#eachOffer((_, other) => {
      this.#asked[other] = (this.#asked[other] ?? 0) + 1;
    });
    const rates = new Map<number, number>();
    this.#eachOffer((member, other) => {
      rates.set(member, (rates.get(member) ?? 0) + upPerMs / (this.#asked[other] ?? 1));
    });
    const got: [number, number][] = [];
    for (const [member, rate] of rates) {
      let credit = (this.#credit[member] ?? 0) + Math.min(rate, downPerMs) * stepMs;
      let offered = this.#offered(member);
      this.#progressMs[member] = this.#nowMs;
      for (; credit >= pieceBytes && offered !== 0; credit -= pieceBytes) {
        const bit = anyBit(offered, this.#chance);
        offered &= ~bit;
        got.push([member, bit]);
      }
      this.#credit[member] = offered === 0 ? 0 : credit;
    }
    for (const [member, bit] of got) have[member] = (have[member] ?? 0) | bit;
    this.#received += got.length * pieceBytes;
  }

  #eachOffer(visit: (member: number, other: number) => void): void {
    for (const member of this.#active) {
      const lacks = this.#lacks(member) & ~(this.#flying[member] ?? 0);
      for (let at = 0; at < this.#graph.degree(member); at++) {
        const other = this.#graph.neighbour(member, at);
        if (((this.#have[other] ?? 0) & lacks) !== 0) visit(member, other);
      }
    }
  }

  #lacks(member: number): number {
    return this.#all & ~(this.#have[member] ?? 0);
  }

  #offered(member: number): number {
    return this.#graph.union(member, this.#have) & this.#lacks(member) & ~(this.#flying[member] ?? 0);
  }

  #askOrigin(): void {
    const best = new Map<number, { readonly member: number; readonly weight: number }>();
    const seeds = Uint32Array.from(this.#active, (member) => this.#seeds[member] ?? 0).sort();
    // Who hashes higher is not remembered.
    const lastSeed = seeds[claimersLimit] ?? Infinity;
    for (const member of this.#active) {
      if (this.#nowMs - (this.#crowd.arrivalsMs[member] ?? 0) < startMs && this.#graph.size > 1) continue;
      const seed = this.#seeds[member] ?? 0;
      this.#rescue(member, seed > lastSeed ? manyStallMs : rescueSpreadMs);
      if (seed > lastSeed) continue;
      const open = this.#lacks(member) & ~(this.#flying[member] ?? 0) & ~this.#offered(member);
      for (let piece = 0; piece < this.#crowd.pieces; piece++) {
        if ((open & (1 << piece)) === 0 || this.#isFetched[piece] === 1) continue;
        if (this.#nowMs - (this.#fetchedMs[piece] ?? 0) < spreadMs) continue;
        const weight = weightOf(seed, piece);
        if (weight > (best.get(piece)?.weight ?? -1)) best.set(piece, { member, weight });
      }
    }
    for (const [piece, { member }] of best) {
      if (this.#graph.size > 1 && (this.#flightCounts[member] ?? 0) >= roomPieces) continue;
      this.#isFetched[piece] = 1;
      this.#fly(member, piece, piece);
    }
  }

  /** Nothing at all has come for long, and not to all at the same moment. */
  #rescue(member: number, overMs: number): void {
    const waitedMs = this.#nowMs - (this.#progressMs[member] ?? 0);
    const lacks = this.#lacks(member);
    if (waitedMs < stallMs + overMs * this.#chance.next() || lacks === 0) return;
    if ((this.#flightCounts[member] ?? 0) === 0)
      this.#fly(member, 31 - Math.clz32(anyBit(lacks, this.#chance)), -1);
  }

  #fly(member: number, piece: number, slot: number): void {
    this.#flying[member] = (this.#flying[member] ?? 0) | (1 << piece);
    this.#flightCounts[member] = (this.#flightCounts[member] ?? 0) + 1;
    this.#flights.push({ member, piece, slot, sinceMs: this.#nowMs, left: this.#crowd.pieceBytes });
  }

  #originSends(): void {
    const { originPerMs, downPerMs } = this.#crowd;
    const share = Math.min(originPerMs / this.#flights.length, downPerMs / roomPieces) * stepMs;
    this.#flights = this.#flights.filter((flight) => {
      const { member, piece, slot } = flight;
      if (this.#isOvertaken(flight)) return this.#land(flight);
      const bytes = Math.min(flight.left, share);
      flight.left -= bytes;
      this.#originBytes += bytes;
      this.#received += bytes;
      this.#progressMs[member] = this.#nowMs;
      if (flight.left > 0) return true;
      this.#have[member] = (this.#have[member] ?? 0) | (1 << piece);
      if (slot >= 0) this.#fetchedMs[slot] = this.#nowMs;
      return this.#land(flight);
    });
  }

  /** A neighbour has it, and the origin is slow. */
  #isOvertaken({ member, piece, sinceMs }: Flight): boolean {
    const isSlow = this.#nowMs - sinceMs >= overtakenMs;
    return isSlow && (this.#graph.union(member, this.#have) & (1 << piece)) !== 0;
  }

  /** Or does not come at all. */
  #land({ member, piece, slot }: Flight): false {
    this.#flying[member] = (this.#flying[member] ?? 0) & ~(1 << piece);
    this.#flightCounts[member] = (this.#flightCounts[member] ?? 1) - 1;
    if (slot >= 0) this.#isFetched[slot] = 0;
    return false;
  }

  #finish(): void {
    const done = this.#active.filter((member) => this.#lacks(member) === 0);
    if (done.length > 0) this.#active = this.#active.filter((member) => this.#lacks(member) !== 0);
    for (const member of done) {
      this.#doneMs[member] = this.#nowMs + stepMs;
      this.#leaveMs[member] = this.#nowMs + this.#stayMs();
      this.#seeding.push(member);
    }
    this.#seeding = this.#seeding.filter((member) => {
      if ((this.#leaveMs[member] ?? 0) > this.#nowMs) return true;
      this.#graph.leave(member);
      return false;
    });
  }
}
