/**
 * How much may be asked of one peer before it has answered: enough that it never runs dry, too little to wait long
 * behind one's own questions when another peer would be quicker. It follows the time that answers take; the peer
 * itself keeps its line's queue short (`uplink.ts`), so what is aimed at is longer than that.
 */

import { afterArrival, startWindow, type DelayWindow, type WindowRules } from './delay-window.ts';
import { stepLeastDelay, type LeastDelay } from './least-delay.ts';

const KiB = 1024;

export const requestRules: WindowRules = {
  startBytes: 128 * KiB,
  leastBytes: 32 * KiB,
  mostBytes: 1024 * KiB,
  targetMs: 150,
  stepBytes: 16 * KiB,
};

export interface RequestWindow {
  readonly window: DelayWindow;
  readonly answers: LeastDelay | undefined;
  /** Asked for, and not answered yet. */
  readonly outstandingBytes: number;
}

export const freshRequests: RequestWindow = {
  window: startWindow(requestRules),
  answers: undefined,
  outstandingBytes: 0,
};

export function mayAskBytes({ window, outstandingBytes }: RequestWindow): number {
  return Math.max(0, window.bytes - outstandingBytes);
}

export function afterAsking(requests: RequestWindow, bytes: number): RequestWindow {
  return { ...requests, outstandingBytes: requests.outstandingBytes + bytes };
}

/** `tookMs`: from asking to the answer; `undefined` for one that will not be answered. */
export function afterAnswer(
  requests: RequestWindow,
  bytes: number,
  tookMs: number | undefined,
  nowMs: number,
): RequestWindow {
  const outstandingBytes = Math.max(0, requests.outstandingBytes - bytes);
  if (tookMs === undefined) return { ...requests, outstandingBytes };
  const answers = stepLeastDelay(requests.answers, tookMs, nowMs);
  const { queueMs, leastMs: roundTripMs } = answers;
  const isFull = requests.window.bytes - requests.outstandingBytes < bytes;
  const window = afterArrival(requests.window, { bytes, queueMs, roundTripMs, isFull }, nowMs, requestRules);
  return { window, answers, outstandingBytes };
}
