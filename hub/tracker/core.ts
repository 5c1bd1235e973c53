/**
 * The tracker without sockets: connections are an interface, time and chance come from outside, so
 * that whole crowds can be simulated. Every announce costs the same however large the swarm is.
 */

import { binaryToHex, hexToBinary } from './binary.ts';
import { clientAt, swarmsPerConnection, type Client } from './client.ts';
import { TrackerCounts } from './counts.ts';
import { encode, parseCommand } from './messages.ts';
import type { Announce, Answer, SignalRequest } from './messages.ts';
import { Inbox } from './inbox.ts';
import type { Member, TrackerConnection } from './member.ts';
import { Offers } from './offers.ts';
import { relayAnswer, relayOffers, relaySignal } from './relay.ts';
import { announceResponse, scrapeResponse } from './responses.ts';
import { Swarm } from './swarm.ts';

/** How long somebody who claims a peer id waits for the other connection to be found dead. */
const claimMs = 10_000;

export interface TrackerCoreOptions {
  /** Why this infohash is not for a client of this origin; `undefined` when it is. Must be cheap. */
  readonly refusal: (infoHashHex: string, origin: string | null) => string | undefined;
  /** Milliseconds. */
  readonly clock: () => number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

export class TrackerCore {
  readonly counts = new TrackerCounts();
  readonly clock: () => number;
  readonly random: () => number;
  readonly #refusal: TrackerCoreOptions['refusal'];
  readonly #swarms = new Map<string, Swarm>();
  readonly #clients = new Map<TrackerConnection, Client>();
  readonly #changed = new Set<Swarm>();

  constructor(options: TrackerCoreOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.#refusal = options.refusal;
  }

  get swarmCount(): number {
    return this.#swarms.size;
  }

  /** How many are in a swarm. */
  peersIn(infoHashHex: string): number {
    return this.#swarms.get(hexToBinary(infoHashHex))?.members.size ?? 0;
  }

  /** Swarms this connection is in. */
  swarmsOf(connection: TrackerConnection): number {
    return this.#clients.get(connection)?.members.size ?? 0;
  }

  /** One message of a client, any text. Does not throw on any of them. */
  receive(connection: TrackerConnection, text: string): void {
    const command = parseCommand(text);
    this.counts.received(command.kind);
    switch (command.kind) {
      case 'announce':
        return this.#announce(connection, command.message);
      case 'answer':
        return this.#answer(connection, command.message);
      case 'signal':
        return this.#signal(connection, command.message);
      case 'scrape':
        return this.#scrape(connection, command.infoHashes);
      case 'invalid':
        return connection.send(encode(command.failure));
    }
  }

  /** The connection is gone, and all its members with it. */
  disconnect(connection: TrackerConnection): void {
    const client = this.#clients.get(connection);
    if (client === undefined) return;
    this.#clients.delete(connection);
    for (const member of client.claimed.values()) {
      if (member.claim?.connection === connection) delete member.claim;
    }
    for (const [infoHash, member] of client.members) {
      this.#leave(infoHash, member);
      // The peer came back over a new connection before the old one was known to be dead.
      if (member.claim !== undefined && this.clock() <= member.claim.untilMs) {
        this.#announce(member.claim.connection, member.claim.message);
      }
    }
  }

  /** Tells the members who came and left; to be called about every 100 ms. */
  flush(): void {
    for (const swarm of this.#changed) this.counts.memberMessages += swarm.changes.flush();
    this.#changed.clear();
  }

  #announce(connection: TrackerConnection, message: Announce): void {
    if (message.event === 'stopped') return this.#stop(connection, message);
    const refusal = this.#refuse(connection, message);
    if (refusal !== undefined) return this.#fail(connection, 'announce', message.info_hash, refusal);

    const swarm = this.#swarm(message.info_hash);
    const member = this.#memberFor(connection, swarm, message);
    if (member === undefined) return;
    if (message.event === 'completed') swarm.downloaded++;
    member.connection.send(encode(announceResponse(swarm, member, this.random)));
    relayOffers(this, swarm, member, message);
  }

  #refuse(connection: TrackerConnection, message: Announce): string | undefined {
    const refusal = this.#refusal(binaryToHex(message.info_hash), connection.origin);
    if (refusal !== undefined) return refusal;
    const { announces, announcesIn } = this.#client(connection);
    const isWithin = announcesIn.take(message.info_hash, 1, this.clock()) && announces.take(1, this.clock());
    return isWithin ? undefined : 'too many announces';
  }

  /** The member that this announce speaks for, new or known; `undefined` after a failure was sent. */
  #memberFor(connection: TrackerConnection, swarm: Swarm, message: Announce): Member | undefined {
    const fail = (reason: string): undefined => {
      this.#deleteIfEmpty(swarm);
      this.#fail(connection, 'announce', message.info_hash, reason);
    };
    const { members, claimed } = this.#client(connection);
    const own = members.get(message.info_hash);
    if (own !== undefined) {
      if (own.peerId !== message.peer_id)
        return fail('this connection is another peer of this swarm already');
      swarm.update(own, message.left === 0, message.shoal === 1);
      this.#changed.add(swarm);
      return own;
    }
    const other = swarm.members.get(message.peer_id);
    if (other !== undefined) {
      // Without its offers: they would be kept for others to pay for.
      const { offers: _, ...rest } = message;
      other.claim = { connection, message: rest, untilMs: this.clock() + claimMs };
      claimed.set(message.info_hash, other);
      other.connection.probe();
      return fail('peer_id belongs to another connection, whose place this one takes if that is dead');
    }
    if (members.size >= swarmsPerConnection)
      return fail(`more than ${swarmsPerConnection} swarms on one connection`);
    const member: Member = {
      peerId: message.peer_id,
      connection,
      shoal: message.shoal === 1,
      complete: message.left === 0,
      offers: new Offers(),
      inbox: new Inbox(connection, this.clock()),
    };
    members.set(message.info_hash, member);
    swarm.join(member);
    this.#changed.add(swarm);
    return member;
  }

  #answer(connection: TrackerConnection, message: Answer): void {
    const sender = this.#sender(connection, message.info_hash, 'announce');
    const swarm = this.#swarms.get(message.info_hash);
    if (sender !== undefined && swarm !== undefined) relayAnswer(this, swarm, sender, message);
  }

  #signal(connection: TrackerConnection, message: SignalRequest): void {
    const sender = this.#sender(connection, message.info_hash, 'signal');
    const swarm = this.#swarms.get(message.info_hash);
    if (sender !== undefined && swarm !== undefined) relaySignal(this, swarm, sender, message);
  }

  #scrape(connection: TrackerConnection, infoHashes: readonly string[]): void {
    for (const infoHash of infoHashes) {
      const refusal = this.#refusal(binaryToHex(infoHash), connection.origin);
      if (refusal !== undefined) return this.#fail(connection, 'scrape', infoHash, refusal);
    }
    connection.send(encode(scrapeResponse(infoHashes, this.#swarms)));
  }

  /** A peer leaves; another connection's peer id is not its to stop (spoofed `stopped`). */
  #stop(connection: TrackerConnection, message: Announce): void {
    const members = this.#clients.get(connection)?.members;
    const member = members?.get(message.info_hash);
    if (member?.peerId !== message.peer_id) return this.counts.dropped('stop');
    members?.delete(message.info_hash);
    this.#leave(message.info_hash, member);
  }

  #leave(infoHash: string, member: Member): void {
    const swarm = this.#swarms.get(infoHash);
    if (swarm === undefined) return;
    swarm.leave(member);
    this.#changed.add(swarm);
    this.#deleteIfEmpty(swarm);
  }

  #deleteIfEmpty(swarm: Swarm): void {
    if (swarm.members.size > 0) return;
    this.#swarms.delete(swarm.infoHash);
    this.#changed.delete(swarm);
  }

  #sender(
    connection: TrackerConnection,
    infoHash: string,
    action: 'announce' | 'signal',
  ): Member | undefined {
    const member = this.#clients.get(connection)?.members.get(infoHash);
    if (member === undefined) this.#fail(connection, action, infoHash, 'announce first');
    return member;
  }

  #fail(
    connection: TrackerConnection,
    action: 'announce' | 'signal' | 'scrape',
    infoHash: string,
    reason: string,
  ): void {
    this.counts.failures++;
    connection.send(encode({ action, info_hash: infoHash, 'failure reason': reason }));
  }

  #client(connection: TrackerConnection): Client {
    let client = this.#clients.get(connection);
    if (client === undefined) {
      client = clientAt(this.clock());
      this.#clients.set(connection, client);
    }
    return client;
  }

  #swarm(infoHash: string): Swarm {
    let swarm = this.#swarms.get(infoHash);
    if (swarm === undefined) {
      swarm = new Swarm(infoHash, this.random);
      this.#swarms.set(infoHash, swarm);
    }
    return swarm;
  }
}
