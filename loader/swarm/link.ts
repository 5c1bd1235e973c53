/**
 * One connection to one peer: the WebRTC handshake by trickled signals, and the control channel on it.
 * A link is open once the peer's hello has arrived.
 */

import {
  allowsCandidate,
  candidateLimit,
  cleanDescription,
  fingerprintOf,
  type IcePolicy,
} from '../../policy/ice.ts';
import { controlChannelLabel, type PackState, type PeerMessage } from '../../protocol/peer-messages.ts';
import type { SignalBody } from '../../protocol/tracker.ts';
import { parsePeerMessage } from './parse-peer.ts';

/** From the first signal to the peer's hello. */
const openTimeoutMs = 10_000;
/** ICE reports `disconnected` where it hopes to recover; the links are many, so we do not wait for long. */
const disconnectedMs = 4_000;
/** Messages on the control channel: a burst, then so many a second. */
const messageBurst = 500;
const messagesPerSecond = 50;

export type LinkEnd = 'failed' | 'refused' | 'lost' | 'bye' | 'banned';

export interface LinkOptions {
  readonly peer: string;
  /** The attempt's id, 40 hex digits; the same in all its signals. */
  readonly attempt: string;
  readonly rtc: RTCConfiguration;
  readonly ice: IcePolicy;
  /** What is said first, the hello at its head. */
  readonly greeting: () => readonly PeerMessage[];
  readonly send: (body: SignalBody) => void;
}

export interface LinkEvents {
  opened(link: Link): void;
  /** The peer's packs have changed. */
  packs(link: Link): void;
  /** The peer opened a data channel; to be taken or closed in this very task. */
  channel(link: Link, channel: RTCDataChannel): void;
  /** Called once; not after {@link Link.close}. */
  ended(link: Link, why: LinkEnd): void;
  /** Whether a certificate belongs to a banned peer. */
  isBanned(fingerprint: string): boolean;
}

export class Link {
  readonly peer: string;
  readonly attempt: string;
  /** What the peer says it has and wants, by infohash. */
  readonly packs = new Map<string, PackState>();
  /** The peer's hello has arrived. */
  open = false;
  fingerprint: string | undefined;
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #connection: RTCPeerConnection;
  readonly #control: RTCDataChannel;
  /** Our own candidates wait until our description is out; the peer's until theirs is in. */
  #ownCandidates: RTCIceCandidate[] | undefined = [];
  #theirCandidates: RTCIceCandidateInit[] | undefined = [];
  #sent = 0;
  #taken = 0;
  #messages = { left: messageBurst, atMs: performance.now() };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #greeted = false;
  #ended = false;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.peer = options.peer;
    this.attempt = options.attempt;
    this.#options = options;
    this.#events = events;
    this.#connection = new RTCPeerConnection(options.rtc);
    this.#control = this.#connection.createDataChannel(controlChannelLabel, { negotiated: true, id: 0 });
    this.#control.onopen = () => this.#greet();
    this.#control.onmessage = ({ data }: MessageEvent<unknown>) => this.#hear(data);
    this.#control.onclose = () => this.#end('lost');
    // It may come before the hello: channels are not ordered among each other.
    this.#connection.ondatachannel = ({ channel }) => events.channel(this, channel);
    this.#connection.onicecandidate = ({ candidate }) => this.#offerCandidate(candidate);
    this.#connection.onconnectionstatechange = () => this.#watch();
    this.#timer = setTimeout(() => this.#end('failed'), openTimeoutMs);
  }

  /** Starts as the one who dials. */
  async dial(): Promise<void> {
    await this.#attemptTo(async () => {
      await this.#connection.setLocalDescription();
      this.#sendDescription('offer');
    });
  }

  /** Starts as the one who was dialed. */
  async accept(sdp: string): Promise<void> {
    await this.#attemptTo(async () => {
      await this.#setRemote('offer', sdp);
      await this.#connection.setLocalDescription();
      this.#sendDescription('answer');
    });
  }

  /** A signal of this attempt, other than the offer. */
  async signal(body: SignalBody): Promise<void> {
    switch (body.kind) {
      case 'offer':
        return;
      case 'answer':
        return this.#attemptTo(() => this.#setRemote('answer', body.sdp));
      case 'candidate':
        return this.#attemptTo(() => this.#addCandidate(body.candidate, body.mid));
      case 'refuse':
        if (!this.open) this.#end('refused');
    }
  }

  /** Before the greeting nothing is said: the greeting itself will have the latest. */
  say(message: PeerMessage): void {
    if (this.#greeted && this.#control.readyState === 'open') this.#control.send(JSON.stringify(message));
  }

  createChannel(label: string): RTCDataChannel {
    return this.#connection.createDataChannel(label);
  }

  /** Closes without a word to `ended`. */
  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#connection.onicecandidate = this.#connection.ondatachannel = null;
    this.#connection.onconnectionstatechange = null;
    this.#control.onopen = this.#control.onmessage = this.#control.onclose = null;
    this.#connection.close();
  }

  #greet(): void {
    this.#greeted = true;
    for (const message of this.#options.greeting()) this.say(message);
  }

  #sendDescription(kind: 'offer' | 'answer'): void {
    const sdp = cleanDescription(this.#connection.localDescription?.sdp ?? '');
    if (sdp === undefined) return this.#end('failed');
    this.#options.send({ kind, sdp });
    const waiting = this.#ownCandidates ?? [];
    this.#ownCandidates = undefined;
    for (const candidate of waiting) this.#offerCandidate(candidate);
  }

  async #setRemote(type: 'offer' | 'answer', untrusted: string): Promise<void> {
    const sdp = cleanDescription(untrusted);
    const fingerprint = fingerprintOf(untrusted);
    if (sdp === undefined || fingerprint === undefined) return this.#end('failed');
    if (this.#events.isBanned(fingerprint)) return this.#end('banned');
    this.fingerprint = fingerprint;
    await this.#connection.setRemoteDescription({ type, sdp });
    const waiting = this.#theirCandidates ?? [];
    this.#theirCandidates = undefined;
    for (const candidate of waiting) await this.#connection.addIceCandidate(candidate);
  }

  async #addCandidate(candidate: string, sdpMid: string | null): Promise<void> {
    if (!allowsCandidate(candidate, this.#options.ice) || ++this.#taken > candidateLimit) return;
    if (this.#theirCandidates === undefined) await this.#connection.addIceCandidate({ candidate, sdpMid });
    else this.#theirCandidates.push({ candidate, sdpMid });
  }

  #offerCandidate(candidate: RTCIceCandidate | null): void {
    if (candidate === null || candidate.candidate === '') return;
    if (this.#ownCandidates !== undefined) {
      this.#ownCandidates.push(candidate);
      return;
    }
    if (!allowsCandidate(candidate.candidate, this.#options.ice) || ++this.#sent > candidateLimit) return;
    this.#options.send({ kind: 'candidate', candidate: candidate.candidate, mid: candidate.sdpMid });
  }

  #watch(): void {
    switch (this.#connection.connectionState) {
      case 'failed':
      case 'closed':
        return this.#end(this.open ? 'lost' : 'failed');
      case 'disconnected':
        if (this.open) this.#timer = setTimeout(() => this.#end('lost'), disconnectedMs);
        return;
      case 'connected':
        if (this.open) clearTimeout(this.#timer);
        return;
      case 'new':
      case 'connecting':
        return;
    }
  }

  #hear(data: unknown): void {
    const message = this.#isFlooding() ? undefined : parsePeerMessage(data);
    switch (message?.t) {
      case undefined:
        return this.#end('failed');
      case 'hello':
        // The hub vouches for the id it relayed; a peer that calls itself another is not who we dialed.
        if (this.open || message.peerId !== this.peer) return this.#end('failed');
        this.open = true;
        clearTimeout(this.#timer);
        this.#learn(message.packs);
        return this.#events.opened(this);
      case 'packs':
        if (!this.open) return this.#end('failed');
        this.#learn(message.packs);
        return this.#events.packs(this);
      case 'bye':
        return this.#end('bye');
    }
  }

  #learn(packs: readonly PackState[]): void {
    for (const pack of packs) {
      if (pack.state === 'none' && !pack.wants) this.packs.delete(pack.infohash);
      else if (this.packs.size < 4096) this.packs.set(pack.infohash, pack);
    }
  }

  #isFlooding(): boolean {
    const nowMs = performance.now();
    const refilled = this.#messages.left + ((nowMs - this.#messages.atMs) / 1000) * messagesPerSecond;
    this.#messages = { left: Math.min(messageBurst, refilled) - 1, atMs: nowMs };
    return this.#messages.left < 0;
  }

  /** The browser refuses what it does not understand; that ends the attempt like any other failure. */
  async #attemptTo(act: () => Promise<void>): Promise<void> {
    try {
      if (!this.#ended) await act();
    } catch {
      this.#end(this.open ? 'lost' : 'failed');
    }
  }

  #end(why: LinkEnd): void {
    if (this.#ended) return;
    this.close();
    this.#events.ended(this, why);
  }
}
