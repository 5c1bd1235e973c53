/**
 * The WebSocket to a tracker, opened again and again with pauses that grow. The tracker may be gone, hang,
 * flap or flood: it costs the page no more than a message now and then.
 */

import { fullAllowance, take, type Allowance } from '../../policy/allowance.ts';
import { retryMs, returnMs } from '../../policy/backoff.ts';
import { trackerLimits } from '../../protocol/tracker.ts';

/** A socket that is not open by then, or does not answer an announce, is given up. */
const answerTimeoutMs = 10_000;
/** After so long a socket has worked; one that breaks sooner is a failure like one that never opened. */
const stableMs = 30_000;
/** Messages of the tracker; who sends more is left alone for a while. */
const messageRate = { burst: 600, perSecond: 60 };
/** Messages of one socket that make no sense. */
const nonsenseLimit = 20;

export interface TrackerSocketEvents {
  /** Open: the socket waits for an announce to be said, and answered. */
  opened(): void;
  /** `false`: not understood. */
  received(text: string): boolean;
  /** It does not work at the moment; it tries again by itself. */
  lost(): void;
}

export class TrackerSocket {
  readonly #url: string;
  readonly #events: TrackerSocketEvents;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #answeredAtMs: number | undefined;
  #messages: Allowance | undefined;
  #nonsense = 0;
  /** Members of the swarm, as the tracker counted last. */
  swarmSize = 0;

  constructor(url: string, events: TrackerSocketEvents) {
    this.#url = url;
    this.#events = events;
  }

  connect(): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#url);
    } catch {
      // A page's Content Security Policy may forbid it (connect-src).
      return this.#lost();
    }
    this.#socket = socket;
    this.#answeredAtMs = undefined;
    this.#messages = fullAllowance(messageRate, performance.now());
    this.#nonsense = 0;
    this.expectAnswer();
    socket.onopen = () => this.#events.opened();
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    socket.onclose = () => this.#lost();
  }

  write(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** From now on the tracker has so long to answer. */
  expectAnswer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(), answerTimeoutMs);
  }

  /** It has answered; `next` is called after `ms`. */
  answered(ms: number, next: () => void): void {
    clearTimeout(this.#timer);
    this.#answeredAtMs ??= performance.now();
    this.#timer = setTimeout(next, ms);
  }

  /** It has said no; `next` is called after a pause that grows. */
  refused(next: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(next, this.#pauseMs());
  }

  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #receive(data: unknown): void {
    this.#messages &&= take(this.#messages, messageRate, performance.now());
    if (this.#messages === undefined) return this.#lost();
    const isText = typeof data === 'string' && data.length <= trackerLimits.messageBytes;
    if (isText && this.#events.received(data)) return;
    if (!isText || ++this.#nonsense >= nonsenseLimit) this.#lost();
  }

  #lost(): void {
    const worked = this.#answeredAtMs !== undefined && performance.now() - this.#answeredAtMs >= stableMs;
    this.close();
    if (worked) this.#failures = 0;
    const pauseMs = worked ? returnMs(this.swarmSize, Math.random()) : this.#pauseMs();
    this.#timer = setTimeout(() => this.connect(), pauseMs);
    this.#events.lost();
  }

  #pauseMs(): number {
    this.#failures++;
    return retryMs(this.#failures, this.swarmSize, Math.random());
  }
}
