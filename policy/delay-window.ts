/**
 * How many bytes may be on their way: a window that follows the path, so that the line is never idle and its queues
 * never fill. Waiting decides, as in LEDBAT (RFC 6817): whoever makes others wait gives way. Beyond the RFC, as in
 * LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus): a start that grows by the round trip, and a cut in proportion.
 */

export interface WindowRules {
  readonly startBytes: number;
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** Waiting that is aimed at: enough to keep the line busy, too little to be felt. */
  readonly targetMs: number;
  /** Growth per round trip where nothing waits, once the start is over, and a sixteenth of the window. */
  readonly stepBytes: number;
}

export interface DelayWindow {
  readonly bytes: number;
  /** Growing fast, until something waits. */
  readonly isStarting: boolean;
  readonly cutMs: number;
}

/** What arrived, and how. */
export interface Arrival {
  readonly bytes: number;
  /** What of its way it spent in queues. */
  readonly queueMs: number;
  /** There and back without waiting. */
  readonly roundTripMs: number;
  /** The window was used up: growth of one that is not would mean nothing. */
  readonly isFull: boolean;
}

/** What the growth of one round trip may add to the queue; shallow ones drop from about 100 ms on. */
const overshootMs = 100;

export function startWindow({ startBytes }: WindowRules): DelayWindow {
  return { bytes: startBytes, isStarting: true, cutMs: -Infinity };
}

export function afterArrival(
  window: DelayWindow,
  arrival: Arrival,
  nowMs: number,
  rules: WindowRules,
): DelayWindow {
  if (arrival.queueMs > rules.targetMs) return cut(window, arrival, nowMs, rules);
  return arrival.isFull ? grow(window, arrival, rules) : window;
}

/** Nothing arrived for long: the path has lost much, or is gone. */
export function afterStall(window: DelayWindow, nowMs: number, rules: WindowRules): DelayWindow {
  return { bytes: within(rules, window.bytes / 2), isStarting: false, cutMs: nowMs };
}

function grow(window: DelayWindow, arrival: Arrival, rules: WindowRules): DelayWindow {
  const { queueMs, roundTripMs } = arrival;
  const isStarting = window.isStarting && queueMs < rules.targetMs / 2;
  if (isStarting) {
    // Twice as much per round trip, or less where that would make too long a queue at once.
    const fraction = clamp((overshootMs - queueMs) / (roundTripMs + queueMs + 1), 0.2, 1);
    return { ...window, bytes: within(rules, window.bytes + arrival.bytes * fraction) };
  }
  const room = 1 - queueMs / rules.targetMs;
  const perRoundTrip = rules.stepBytes + window.bytes / 16;
  const step = (perRoundTrip * room * arrival.bytes) / window.bytes;
  return { ...window, isStarting, bytes: within(rules, window.bytes + step) };
}

/** In proportion to the excess, by half at most, once per round trip: it takes so long to be seen. */
function cut(window: DelayWindow, arrival: Arrival, nowMs: number, rules: WindowRules): DelayWindow {
  const { queueMs, roundTripMs } = arrival;
  if (nowMs - window.cutMs < roundTripMs + queueMs) return { ...window, isStarting: false };
  const excess = queueMs / rules.targetMs - 1;
  const bytes = within(rules, window.bytes * clamp(1 - excess / 2, 0.5, 1));
  return { bytes, isStarting: false, cutMs: nowMs };
}

function within({ leastBytes, mostBytes }: WindowRules, bytes: number): number {
  return clamp(bytes, leastBytes, mostBytes);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
