/** The sending side of a pack's channel: hands the wire's bytes to the gate, and knows what has arrived. */

import { parseReceipt, receiptBytes, type Receipt } from '../../protocol/receipts.ts';
import type { Outlet, UplinkGate } from './uplink-gate.ts';

/**
 * Above this nothing is given to the channel; with 1 MiB a loopback channel is seven times slower than with
 * 64 KiB.
 */
const bufferedLimitBytes = 128 * 1024;
const bufferedLowBytes = 32 * 1024;
/** Requests and the like go at once, as long as nothing before them waits. */
const smallBytes = 1024;
/** Texts that a peer may send besides a receipt for each {@link receiptBytes}. */
const textsBurst = 100;

interface Sent {
  /** Of the stream, up to and with this message. */
  readonly endBytes: number;
  readonly atMs: number;
}

export class PackOutlet implements Outlet {
  readonly peer: string;
  readonly #channel: RTCDataChannel;
  readonly #gate: UplinkGate;
  #rest: Uint8Array<ArrayBuffer> | undefined;
  #done: ((error: Error | null) => void) | undefined;
  #sentBytes = 0;
  #heardBytes = 0;
  #texts = 0;
  /** Messages that have not been heard of, oldest first. */
  #sent: Sent[] = [];

  constructor(channel: RTCDataChannel, peer: string, gate: UplinkGate) {
    this.peer = peer;
    this.#channel = channel;
    this.#gate = gate;
    channel.bufferedAmountLowThreshold = bufferedLowBytes;
    channel.onbufferedamountlow = () => {
      if (this.#rest !== undefined) gate.ready(this);
    };
  }

  /** One write at a time; `done` is called when all of it is with the channel. */
  write(bytes: Uint8Array<ArrayBuffer>, done: (error: Error | null) => void): void {
    if (this.#channel.readyState !== 'open') return done(new Error('the data channel is closed'));
    if (bytes.length <= smallBytes) {
      this.#gate.passed(this.peer, bytes.length);
      this.#give(bytes);
      return done(null);
    }
    this.#rest = bytes;
    this.#done = done;
    this.#gate.ready(this);
  }

  get waitingBytes(): number {
    const { readyState, bufferedAmount } = this.#channel;
    if (readyState !== 'open' || bufferedAmount > bufferedLimitBytes) return 0;
    return this.#rest?.length ?? 0;
  }

  send(bytes: number): void {
    const rest = this.#rest;
    if (rest === undefined) return;
    this.#give(rest.subarray(0, bytes));
    if (bytes < rest.length) this.#rest = rest.subarray(bytes);
    else this.#release(null);
  }

  /** What the peer says to have received. `false`: it says more than anybody has reason to. */
  hear(text: string): boolean {
    if (++this.#texts > textsBurst + this.#sentBytes / receiptBytes) return false;
    const receipt = parseReceipt(text);
    if (receipt !== undefined) this.#believe(receipt);
    return true;
  }

  #believe(receipt: Receipt): void {
    // A peer that claims what was never sent, or takes back what it said, is not believed.
    if (receipt.bytes > this.#sentBytes || receipt.bytes <= this.#heardBytes) return;
    const heard = this.#sent.filter(({ endBytes }) => endBytes <= receipt.bytes);
    const last = heard.at(-1);
    if (last === undefined) return;
    this.#sent = this.#sent.slice(heard.length);
    const bytes = last.endBytes - this.#heardBytes;
    this.#heardBytes = last.endBytes;
    this.#gate.received(this.peer, bytes, receipt.receivedMs - last.atMs, performance.now() - last.atMs);
  }

  close(): void {
    this.#channel.onbufferedamountlow = null;
    this.#gate.leave(this, this.#sentBytes - this.#heardBytes);
    this.#release(new Error('the data channel is closed'));
  }

  #give(bytes: Uint8Array<ArrayBuffer>): void {
    this.#channel.send(bytes);
    this.#sentBytes += bytes.length;
    this.#sent.push({ endBytes: this.#sentBytes, atMs: performance.now() });
  }

  #release(error: Error | null): void {
    const done = this.#done;
    this.#rest = this.#done = undefined;
    done?.(error);
  }
}
