/** Trust rules: may this head, correctly signed, replace the one we have? (clauses M10-M13) */

import { equalBytes } from './bytes.ts';
import type { Head, Version } from './documents.ts';
import { limits } from './limits.ts';

/** What is known when a head is judged. */
export interface HeadContext {
  /** The head trusted so far, with its exact bytes; absent on a first visit. */
  readonly current?: { readonly head: Head; readonly bytes: Uint8Array } | undefined;
  /** The root that verified the candidate. */
  readonly rootVersion: number;
  /** The floor built into the worker's script. */
  readonly bakedFloor: Version;
  /** The origin's clock (`Date` of the response): the local clock decides nothing that is trusted. */
  readonly originTimeMs: number;
}

export type HeadVerdict =
  | { readonly kind: 'newer' }
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly reason: HeadRefusal };

/** Why a correctly signed head is not taken; the current one stays. */
export type HeadRefusal =
  | 'rollback' // its seq, or its release, is older than what we have
  | 'changed' // same seq, different content
  | 'floor-lowered'
  | 'revoked' // its release is below a floor
  | 'fast-forward' // from the future
  | 'root-mismatch'; // speaks of another root

/** Judges a verified head. `bytes` are the candidate's exact bytes. */
export function judgeHead(candidate: Head, bytes: Uint8Array, context: HeadContext): HeadVerdict {
  const { current } = context;
  if (candidate.root !== context.rootVersion) return refused('root-mismatch');
  // Written so that an unreadable clock (NaN) refuses, instead of switching the rule off.
  if (!(candidate.seq <= context.originTimeMs + limits.fastForwardMs)) return refused('fast-forward');
  if (candidate.release.v < Math.max(context.bakedFloor, current?.head.floor ?? 0)) return refused('revoked');
  if (current === undefined) return { kind: 'newer' };
  if (candidate.seq < current.head.seq) return refused('rollback');
  if (candidate.seq === current.head.seq) {
    return equalBytes(bytes, current.bytes) ? { kind: 'same' } : refused('changed');
  }
  if (candidate.floor < current.head.floor) return refused('floor-lowered');
  if (candidate.release.v < current.head.release.v) return refused('rollback');
  return { kind: 'newer' };
}

/**
 * Whether a head's date has passed; one that no calendar has counts as passed. Soft: stale heads still
 * serve, but only fingerprinted URLs.
 */
export function isStale(head: Head, originTimeMs: number): boolean {
  return !(Date.parse(head.freshUntil) >= originTimeMs);
}

function refused(reason: HeadRefusal): HeadVerdict {
  return { kind: 'refused', reason };
}
