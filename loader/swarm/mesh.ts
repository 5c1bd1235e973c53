/** The links of this page: carries out what policy/links.ts decides. */

import { fingerprintOf } from '../../policy/ice.ts';
import { linkLimits } from '../../policy/link-limits.ts';
import {
  startLinks,
  stepLinks,
  type LinkEffect,
  type LinkEvent,
  type LinksState,
} from '../../policy/links.ts';
import type { TagConfig } from '../../protocol/site-config.ts';
import type { SignalBody } from '../../protocol/tracker.ts';
import { DoorBook } from './door-book.ts';
import type { SignalDoor } from './doors.ts';
import { Invitations } from './invitations.ts';
import { Link } from './link.ts';
import type { LinkEnd } from './link-options.ts';
import type { MeshEvents } from './mesh-events.ts';
import { randomHex } from './random.ts';
import { rtcConfiguration } from './rtc-configuration.ts';

interface Offer {
  readonly door: SignalDoor;
  readonly attempt: string;
  readonly sdp: string;
  /** An answer to this invitation of ours, not an offer of theirs. */
  readonly invitation?: Link;
}

export class Mesh {
  readonly #config: TagConfig;
  readonly #doors: readonly SignalDoor[];
  readonly #events: MeshEvents;
  readonly #rtc: RTCConfiguration;
  readonly #links = new Map<string, Link>();
  readonly #doorBook = new DoorBook();
  readonly #offers = new Map<string, Offer>();
  readonly #invitations = new Invitations();
  readonly #bannedFingerprints = new Set<string>();
  #state: LinksState;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** `self`: our peer id, 40 hex digits. */
  constructor(self: string, config: TagConfig, doors: readonly SignalDoor[], events: MeshEvents) {
    this.#config = config;
    this.#doors = doors;
    this.#events = events;
    this.#state = startLinks(self, linkLimits(config.links));
    this.#rtc = rtcConfiguration(config);
  }

  start(): void {
    for (const door of this.#doors) {
      const named = (t: 'listed' | 'joined', peers: readonly string[]): void => {
        for (const peer of peers) this.#doorBook.note(peer, door);
        this.#step({ t, peers });
      };
      door.start({
        listed: (peers) => {
          named('listed', peers);
          if (peers.length === 0) this.#events.alone();
        },
        joined: (peers) => named('joined', peers),
        left: (peers) => {
          this.#step({ t: 'left', peers });
          this.#events.left(peers);
        },
        signal: (from, attempt, body) => this.#signal(door, from, attempt, body),
        invite: (attempt) => this.#invite(door, attempt),
        withdraw: (attempt) => this.#invitations.withdraw(attempt),
        failed: () => this.#events.alone(),
      });
    }
  }

  /** Peers whose hello has arrived. */
  get open(): readonly Link[] {
    return [...this.#links.values()].filter((link) => link.open);
  }

  /** Open or on the way. */
  get links(): readonly Link[] {
    return [...this.#links.values()];
  }

  /** Connects to a member that is said to have what is wanted, if there is room for it. */
  connectTo(peer: string): void {
    this.#step({ t: 'named', peer });
  }

  /** For the rest of the session, by peer id and by certificate. */
  ban(peer: string): void {
    const fingerprint = this.#links.get(peer)?.fingerprint;
    if (fingerprint !== undefined) this.#bannedFingerprints.add(fingerprint);
    this.#step({ t: 'banned', peer });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const link of this.#links.values()) {
      link.say({ t: 'bye' });
      link.close();
      link.open = false;
    }
    this.#links.clear();
    this.#invitations.withdrawAll();
    for (const door of this.#doors) door.stop();
  }

  #invite(door: SignalDoor, attempt: string): boolean {
    if (this.#links.size >= this.#config.links) return false;
    const link = this.#connect(undefined, attempt, door);
    if (link === undefined) return false;
    this.#invitations.add(link);
    void link.dial();
    return true;
  }

  #signal(door: SignalDoor, from: string, attempt: string, body: SignalBody): void {
    const link = this.#links.get(from);
    if (body.kind === 'offer') {
      // Whose invitations go to anybody, we may be connected to already. Of two that cross, the smaller id's stands.
      const isOurs = link?.wasInvitation === true && from < this.#state.self;
      if (!door.canDial && link !== undefined && (link.open || !isOurs)) return;
      return this.#offered({ door, attempt, sdp: body.sdp }, from);
    }
    const invitation = body.kind === 'answer' ? this.#invitations.take(attempt) : undefined;
    if (invitation === undefined) {
      if (link?.attempt === attempt) void link.signal(body);
      return;
    }
    const isTaken = link !== undefined && (link.open || from < this.#state.self);
    if (!isTaken) this.#offered({ door, attempt, invitation, sdp: '' }, from);
    if (this.#links.get(from) === invitation) void invitation.signal(body);
    else invitation.close();
  }

  #offered(offer: Offer, from: string): void {
    const fingerprint = fingerprintOf(offer.sdp);
    if (fingerprint !== undefined && this.#bannedFingerprints.has(fingerprint)) {
      return offer.door.send(from, offer.attempt, { kind: 'refuse' });
    }
    this.#doorBook.note(from, offer.door);
    this.#offers.set(from, offer);
    this.#step({ t: 'offered', peer: from });
    this.#offers.delete(from);
  }

  #step(event: LinkEvent): void {
    if (this.#stopped) return;
    const { state, effects } = stepLinks(this.#state, event, performance.now(), Math.random);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: LinkEffect): void {
    switch (effect.t) {
      case 'dial': {
        const door = this.#doorBook.of(effect.peer) ?? this.#doors[0];
        if (door?.canDial === false) return this.#step({ t: 'closed', peer: effect.peer, why: 'bye' });
        const link = door && this.#connect(effect.peer, randomHex(20), door);
        if (link === undefined) this.#step({ t: 'closed', peer: effect.peer, why: 'failed' });
        else void link.dial();
        return;
      }
      case 'accept': {
        const offer = this.#offers.get(effect.peer);
        if (offer?.invitation !== undefined) {
          offer.invitation.bind(effect.peer);
          this.#links.set(effect.peer, offer.invitation);
          return;
        }
        const link = offer && this.#connect(effect.peer, offer.attempt, offer.door);
        if (offer === undefined || link === undefined) {
          this.#step({ t: 'closed', peer: effect.peer, why: 'failed' });
        } else void link.accept(offer.sdp);
        return;
      }
      case 'refuse': {
        const offer = this.#offers.get(effect.peer);
        offer?.door.send(effect.peer, offer.attempt, { kind: 'refuse' });
        return;
      }
      case 'drop': {
        const link = this.#links.get(effect.peer);
        if (link === undefined) return;
        link.close();
        this.#forget(link);
        return;
      }
      case 'wake':
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#step({ t: 'tick' }), effect.afterMs);
    }
  }

  /** `undefined`: the browser makes no more connections. */
  #connect(peer: string | undefined, attempt: string, door: SignalDoor): Link | undefined {
    try {
      const link: Link = new Link(
        {
          peer,
          attempt,
          rtc: this.#rtc,
          ice: this.#config,
          greeting: () => this.#events.greeting(),
          send: (body) => door.send(link.peer, attempt, body),
          gathered: () => door.gathered(attempt),
        },
        {
          ...this.#events,
          opened: (opened) => {
            this.#step({ t: 'opened', peer: opened.peer });
            this.#events.opened(opened);
          },
          ended: (ended, why) => this.#ended(ended, why),
          isBanned: (fingerprint) => this.#bannedFingerprints.has(fingerprint),
        },
      );
      if (peer !== undefined) this.#links.set(peer, link);
      return link;
    } catch {
      return undefined;
    }
  }

  #ended(link: Link, why: LinkEnd): void {
    if (this.#invitations.take(link.attempt) !== undefined) return;
    this.#forget(link);
    if (why === 'failed') this.#events.failed(link.peer);
    if (why === 'banned') this.#step({ t: 'banned', peer: link.peer });
    else this.#step({ t: 'closed', peer: link.peer, why });
    // It may be us who are cut off: a tracker that does not answer is called anew.
    if ((why === 'lost' || why === 'failed') && this.open.length === 0)
      for (const door of this.#doors) door.refresh();
  }

  #forget(link: Link): void {
    if (this.#links.get(link.peer) === link) this.#links.delete(link.peer);
    if (!link.open) return;
    link.open = false;
    this.#events.closed(link);
  }
}
