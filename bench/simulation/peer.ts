/** What members of a crowd are to each other, and what surrounds them. */

import type { Claim } from '../../protocol/peer-messages.ts';
import type { Chance } from './chance.ts';
import type { Crowd } from './crowd.ts';
import type { Host } from './network.ts';

/** A member as others see it. */
export interface Peer extends Host {
  readonly id: string;
  readonly links: Set<Peer>;
  has(piece: number): boolean;
  hear(claims: readonly Claim[], from: string): void;
  linked(peer: Peer): void;
  left(peer: Peer): void;
  /** The tracker says so. */
  memberLeft(id: string): void;
  review(): void;
  close(): void;
}

export interface Watcher {
  readonly moved: (bytes: number) => void;
  /** `spare`: bytes that could have come besides. */
  readonly landed: (spare: number) => void;
}

export interface Surroundings {
  readonly crowd: Crowd;
  readonly chance: Chance;
  readonly nowMs: number;
  at(atMs: number, happen: () => void): void;
  after(laterMs: number, happen: () => void): void;
  /** A connection is on the way. */
  isConnecting(peer: Peer): boolean;
  say(from: Peer, to: Peer, claims: readonly Claim[]): void;
  /** A whole piece from a neighbour. Returns what ends it. */
  transfer(from: Peer, to: Peer, watcher: Watcher): () => void;
  fromOrigin(to: Host, piece: number, watcher: Watcher, spare: number): () => void;
}

/** 40 hex digits. */
export function newId(chance: Chance): string {
  return Array.from({ length: 5 }, () => chance.between(0, 0xffff_ffff).toString(16).padStart(8, '0')).join(
    '',
  );
}
