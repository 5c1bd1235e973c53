/**
 * One connection to one peer: the WebRTC handshake by trickled signals, and the control channel on it.
 * A link is open once the peer's hello has arrived.
 */

import { fullAllowance, take, type Allowance } from '../../policy/allowance.ts';
import {
  allowsCandidate,
  candidateLimit,
  cleanDescription,
  fingerprintOf,
  withoutRelated,
} from '../../policy/ice.ts';
import { controlChannelLabel, type PackState, type PeerMessage } from '../../protocol/peer-messages.ts';
import type { SignalBody } from '../../protocol/tracker.ts';
import type { LinkEnd, LinkEvents, LinkOptions } from './link-options.ts';
import { parsePeerMessage } from './parse-peer.ts';
import { remoteAddressOf } from './remote-address.ts';

/** From the first signal to the peer's hello. */
const openTimeoutMs = 10_000;
/** ICE reports `disconnected` where it hopes to recover; the links are many, so we do not wait for long. */
const disconnectedMs = 4_000;
/** Messages on the control channel. */
const messageRate = { burst: 500, perSecond: 50 };

export class Link {
  peer: string;
  readonly attempt: string;
  /** What the peer says it has and wants, by infohash. */
  readonly packs = new Map<string, PackState>();
  /** The peer's hello has arrived. */
  open = false;
  fingerprint: string | undefined;
  /** It began as an offer to nobody in particular. */
  readonly wasInvitation: boolean;
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #connection: RTCPeerConnection;
  readonly #control: RTCDataChannel;
  /** Our own candidates wait until our description is out; the peer's until theirs is in. */
  #ownCandidates: RTCIceCandidate[] | undefined = [];
  #theirCandidates: RTCIceCandidateInit[] | undefined = [];
  #sent = 0;
  #taken = 0;
  #messages: Allowance | undefined = fullAllowance(messageRate, performance.now());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #greeted = false;
  #ended = false;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.peer = options.peer ?? '';
    this.wasInvitation = options.peer === undefined;
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
    if (options.peer !== undefined) this.bind(options.peer);
  }

  /** Whose link it is: from now on there is a deadline. */
  bind(peer: string): void {
    this.peer = peer;
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

  /** `undefined`: not known. */
  remoteAddress(): Promise<string | undefined> {
    return remoteAddressOf(this.#connection).catch(() => undefined);
  }

  /** Leaves the peer with a word. */
  leave(): void {
    this.say({ t: 'bye' });
    this.#end('refused');
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
    if (candidate === null) return this.#options.gathered();
    if (candidate.candidate === '') return;
    if (this.#ownCandidates !== undefined) {
      this.#ownCandidates.push(candidate);
      return;
    }
    if (!allowsCandidate(candidate.candidate, this.#options.ice) || ++this.#sent > candidateLimit) return;
    const text = withoutRelated(candidate.candidate);
    this.#options.send({ kind: 'candidate', candidate: text, mid: candidate.sdpMid });
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
      case 'claims':
      case 'head':
      case 'seek':
      case 'holders':
        if (!this.open) return this.#end('failed');
        return this.#events.said(this, message);
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
    this.#messages &&= take(this.#messages, messageRate, performance.now());
    return this.#messages === undefined;
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
