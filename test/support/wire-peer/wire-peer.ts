/** A peer that follows a script: a real member of the hub's swarm, real WebRTC, every byte its own. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { peerProtocol, type PackState, type PeerMessage } from '../../../protocol/peer-messages.ts';
import { newCertificate, type Certificate } from './certificate.ts';
import { Connection } from './connection.ts';
import { HubVoice, type HubPlace } from './hub-voice.ts';
import { Wire, type Script, type WirePack } from './wire.ts';

export interface WirePeerOptions {
  readonly place: HubPlace;
  readonly packs: readonly WirePack[];
  readonly script?: Script;
  /** What it says of each pack; by default that it has all of it and wants nothing. */
  readonly state?: Omit<PackState, 'infohash'>;
  /** Said after the hello. */
  readonly alsoSays?: readonly PeerMessage[];
  /** A peer has said something on the control channel; the answers go back. */
  readonly answers?: (text: string, peer: string) => readonly PeerMessage[];
  /** Connects to whoever comes after it. */
  readonly dialsNewcomers?: boolean;
  /** By default a new one. */
  readonly certificate?: Certificate;
}

interface Peering {
  readonly connection: Connection;
  readonly attempt: string;
}

/** Makes peers in a swarm; all leave with `closeAll`, and after each test. */
export interface WirePeers {
  (options: Omit<WirePeerOptions, 'place'>): Promise<WirePeer>;
  closeAll(): void;
}

export function wirePeersOf(place: () => HubPlace | Promise<HubPlace>): WirePeers {
  const peers = new Set<WirePeer>();
  const closeAll = (): void => {
    for (const peer of peers) peer.close();
    peers.clear();
  };
  afterEach(closeAll);
  const make = async (options: Omit<WirePeerOptions, 'place'>): Promise<WirePeer> => {
    const peer = new WirePeer({ ...options, place: await place() });
    peers.add(peer);
    return peer.join();
  };
  return Object.assign(make, { closeAll });
}

export class WirePeer {
  /** Larger than any other id, so that the other side opens the packs' channels. */
  readonly id = `ffff${randomBytes(18).toString('hex')}`;
  /** Every wire that there was, also the closed ones. */
  readonly wires: Wire[] = [];
  /** Whom it is connected to now, and whom it ever was. */
  readonly connected = new Set<string>();
  readonly met = new Set<string>();
  /** Connections that there were and that the other side, or the network, has ended. */
  lost = 0;
  readonly members = new Set<string>();
  readonly #options: WirePeerOptions;
  readonly #certificate: Certificate;
  readonly #hub: HubVoice;
  readonly #peerings = new Map<string, Peering>();
  #isJoined = false;
  #closed = false;

  constructor(options: WirePeerOptions) {
    this.#options = options;
    this.#certificate = options.certificate ?? newCertificate();
    this.#hub = new HubVoice(options.place, this.id, {
      left: (peers) => peers.forEach((peer) => this.members.delete(peer)),
      came: (peers) => {
        for (const peer of peers) {
          this.members.add(peer);
          if (options.dialsNewcomers === true && this.#isJoined && !peer.startsWith('ffff'))
            void this.dial(peer);
        }
      },
      signal: (from, attempt, body) => {
        if (body.kind === 'offer') this.#peer(from, attempt);
        const peering = this.#peerings.get(from);
        if (peering?.attempt === attempt) peering.connection.take(body);
      },
    });
  }

  /** Joins the swarm; resolves when the hub knows it. */
  async join(): Promise<this> {
    await this.#hub.announce();
    this.#isJoined = true;
    return this;
  }

  /** Connects to a member; resolves when connected, or to `false` when that does not succeed in time. */
  async dial(peer: string, timeoutMs = 5_000): Promise<boolean> {
    // It may have dialed us first: a second connection would end that one in the middle of the test.
    if (!this.connected.has(peer)) this.#peer(peer, randomBytes(20).toString('hex')).connection.dial();
    for (let ms = 0; ms < timeoutMs && !this.met.has(peer) && !this.#closed; ms += 20) await sleep(20);
    return this.met.has(peer);
  }

  /** Connects to the only other member, once those before it have left and it has come. */
  async dialOnly(): Promise<void> {
    for (const untilMs = Date.now() + 30_000; Date.now() < untilMs;) {
      const [peer, ...others] = this.members;
      // A new attempt ends the one before: a browser that is busy needs its time.
      if (peer !== undefined && others.length === 0 && (await this.dial(peer))) return;
      await sleep(100);
    }
    throw new Error(`no connection; ${this.members.size} members`);
  }

  /** To everybody, on the control channel. */
  say(message: PeerMessage): void {
    for (const { connection } of this.#peerings.values()) connection.say(message);
  }

  /** Opens a data channel to everybody; resolves to how many of them the other side has closed a second later. */
  async openChannels(label: string): Promise<number> {
    const channels = [...this.#peerings.values()].map(({ connection }) => connection.openChannel(label));
    await sleep(1_000);
    return channels.filter((channel) => !channel.isOpen()).length;
  }

  close(): void {
    this.#closed = true;
    this.#hub.close();
    for (const { connection } of this.#peerings.values()) connection.close();
    this.#peerings.clear();
    this.connected.clear();
  }

  #peer(peer: string, attempt: string): Peering {
    this.#peerings.get(peer)?.connection.close();
    const connection: Connection = new Connection(this.#certificate, {
      send: (body) => this.#hub.signal(peer, attempt, body),
      open: () => {
        this.connected.add(peer);
        this.met.add(peer);
        connection.say({ t: 'hello', v: peerProtocol, peerId: this.id, packs: this.#states() });
        for (const message of this.#options.alsoSays ?? []) connection.say(message);
      },
      channel: (channel) => {
        const pack = this.#options.packs.find(({ infohash }) => infohash === channel.getLabel());
        if (pack === undefined) return;
        this.wires.push(new Wire(channel, pack, this.id, peer, this.#options.script ?? {}));
      },
      heard: (text) => {
        for (const message of this.#options.answers?.(text, peer) ?? []) connection.say(message);
      },
      closed: () => {
        if (this.#closed || this.#peerings.get(peer)?.connection !== connection) return;
        if (this.connected.delete(peer)) this.lost++;
        this.#peerings.delete(peer);
      },
    });
    const peering = { connection, attempt };
    this.#peerings.set(peer, peering);
    return peering;
  }

  #states(): readonly PackState[] {
    const state = this.#options.state ?? { state: 'whole', wants: false };
    return this.#options.packs.map(({ infohash }) => ({ infohash, ...state }));
  }
}
