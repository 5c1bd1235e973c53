/**
 * How much of what peers have asked for may be in the network. A visitor's own line up is the narrow place nearly
 * always, and everything that they do themselves waits in the same queue. So one window holds for all peers
 * together; they take turns in it, which is fair whatever their paths are like. Each path has a window besides, for a
 * peer whose line down is the narrow place.
 */

import { afterArrival, afterStall, startWindow, type DelayWindow, type WindowRules } from './delay-window.ts';
import { stepLeastDelay, type LeastDelay } from './least-delay.ts';

const KiB = 1024;

/** For all peers together. */
export const uplinkRules: WindowRules = {
  startBytes: 32 * KiB,
  leastBytes: 8 * KiB,
  mostBytes: 4096 * KiB,
  targetMs: 50,
  stepBytes: 2 * KiB,
};

/** For one peer: it gives way later, so that the uplink's own window decides where both see the same queue. */
export const pathRules: WindowRules = { ...uplinkRules, mostBytes: 2048 * KiB, targetMs: 100 };

/** A path that was used a moment ago tells about the uplink; an older one does not. */
const freshMs = 1_000;

interface Path {
  readonly window: DelayWindow;
  readonly inFlight: number;
  readonly oneWay: LeastDelay | undefined;
  readonly roundTrip: LeastDelay | undefined;
  readonly heardMs: number;
}

export interface Uplink {
  readonly window: DelayWindow;
  readonly paths: ReadonlyMap<string, Path>;
}

/** What a peer says to have received. */
export interface Receipt {
  readonly peer: string;
  /** Since its last receipt. */
  readonly bytes: number;
  /** From sending to receiving, by two clocks: only differences count. */
  readonly oneWayMs: number;
  /** From sending to the receipt. */
  readonly roundTripMs: number;
  /** Something waited for room. */
  readonly isFull: boolean;
}

export const freshUplink: Uplink = { window: startWindow(uplinkRules), paths: new Map() };

const freshPath: Path = {
  window: startWindow(pathRules),
  inFlight: 0,
  oneWay: undefined,
  roundTrip: undefined,
  heardMs: -Infinity,
};

/** Bytes that may be sent to this peer now. */
export function roomFor({ window, paths }: Uplink, peer: string): number {
  const path = paths.get(peer) ?? freshPath;
  let inFlight = 0;
  for (const each of paths.values()) inFlight += each.inFlight;
  return Math.max(0, Math.min(window.bytes - inFlight, path.window.bytes - path.inFlight));
}

/** Less is not worth a message, so a peer waits for this much room: from a packet to a block, as the line is fast. */
export function leastSendBytes({ window, paths }: Uplink, peer: string): number {
  const bytes = Math.min(window.bytes, (paths.get(peer) ?? freshPath).window.bytes);
  return Math.min(16 * KiB, Math.max(1_200, Math.floor(bytes / 8)));
}

export function afterSending(uplink: Uplink, peer: string, bytes: number): Uplink {
  const path = uplink.paths.get(peer) ?? freshPath;
  return withPath(uplink, peer, { ...path, inFlight: path.inFlight + bytes });
}

export function afterReceipt(uplink: Uplink, receipt: Receipt, nowMs: number): Uplink {
  const { peer, oneWayMs, roundTripMs, isFull } = receipt;
  const path = uplink.paths.get(peer) ?? freshPath;
  // Nobody can have received what is not on its way.
  const bytes = Math.min(receipt.bytes, path.inFlight);
  const oneWay = stepLeastDelay(path.oneWay, oneWayMs, nowMs, queueOf(uplink, nowMs));
  const roundTrip = stepLeastDelay(path.roundTrip, roundTripMs, nowMs);
  const { queueMs } = oneWay;
  const arrival = { bytes, isFull, queueMs, roundTripMs: roundTrip.leastMs };
  const window = afterArrival(path.window, arrival, nowMs, pathRules);
  const inFlight = path.inFlight - bytes;
  const next = withPath(uplink, peer, { window, inFlight, oneWay, roundTrip, heardMs: nowMs });
  const common = { ...arrival, queueMs: queueOf(next, nowMs) };
  return { ...next, window: afterArrival(uplink.window, common, nowMs, uplinkRules) };
}

/** Nothing will be heard of these bytes: their channel is closed. */
export function afterLoss(uplink: Uplink, peer: string, bytes: number): Uplink {
  const path = uplink.paths.get(peer);
  if (path === undefined) return uplink;
  return withPath(uplink, peer, { ...path, inFlight: Math.max(0, path.inFlight - bytes) });
}

/** A peer has not said a word for long, though much is on its way to it. That counts as lost, the path as narrow. */
export function afterSilence(uplink: Uplink, peer: string, nowMs: number): Uplink {
  const path = uplink.paths.get(peer) ?? freshPath;
  return withPath(uplink, peer, {
    ...path,
    window: afterStall(path.window, nowMs, pathRules),
    inFlight: 0,
  });
}

export function withoutPeer(uplink: Uplink, peer: string): Uplink {
  const paths = new Map(uplink.paths);
  paths.delete(peer);
  return { ...uplink, paths };
}

/** Waiting that all paths see is waiting in our own line. */
function queueOf({ paths }: Uplink, nowMs: number): number {
  let least = Infinity;
  for (const { oneWay, heardMs } of paths.values()) {
    if (oneWay !== undefined && nowMs - heardMs <= freshMs) least = Math.min(least, oneWay.queueMs);
  }
  return least === Infinity ? 0 : least;
}

function withPath(uplink: Uplink, peer: string, path: Path): Uplink {
  return { ...uplink, paths: new Map(uplink.paths).set(peer, path) };
}
