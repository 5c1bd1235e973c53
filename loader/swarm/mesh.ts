/** The links of this page: carries out what policy/links.ts decides. */

import { fingerprintOf } from '../../policy/ice.ts';
import {
  linkLimits,
  startLinks,
  stepLinks,
  type LinkEffect,
  type LinkEvent,
  type LinksState,
} from '../../policy/links.ts';
import type { PeerMessage } from '../../protocol/peer-messages.ts';
import type { TagConfig } from '../../protocol/site-config.ts';
import type { SignalBody } from '../../protocol/tracker.ts';
import type { SignalDoor } from './doors.ts';
import { Link, type LinkEnd } from './link.ts';
import { randomHex } from './random.ts';

export interface MeshEvents {
  /** What is said to a peer first. */
  greeting(): readonly PeerMessage[];
  opened(link: Link): void;
  packs(link: Link): void;
  channel(link: Link, channel: RTCDataChannel): void;
  /** An open link is gone. */
  closed(link: Link): void;
  /** Nobody else is here, or no door works: there is nothing to wait for. */
  alone(): void;
  /** An attempt came to nothing. */
  failed(peer: string): void;
}

interface Offer {
  readonly door: SignalDoor;
  readonly attempt: string;
  readonly sdp: string;
}

export class Mesh {
  readonly #config: TagConfig;
  readonly #doors: readonly SignalDoor[];
  readonly #events: MeshEvents;
  readonly #rtc: RTCConfiguration;
  readonly #links = new Map<string, Link>();
  /** Which door leads to a peer: the last one that named it. */
  readonly #doorOf = new Map<string, SignalDoor>();
  readonly #offers = new Map<string, Offer>();
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
    this.#rtc = {
      iceServers: config.iceServers.map(({ urls, ...rest }) => ({ ...rest, urls: [urls].flat() })),
      iceTransportPolicy: config.relayOnly ? 'relay' : 'all',
    };
  }

  start(): void {
    for (const door of this.#doors) {
      const named = (peers: readonly string[]): void => peers.forEach((peer) => this.#doorOf.set(peer, door));
      door.start({
        listed: (peers) => {
          named(peers);
          this.#step({ t: 'listed', peers });
          if (peers.length === 0) this.#events.alone();
        },
        joined: (peers) => {
          named(peers);
          this.#step({ t: 'joined', peers });
        },
        left: (peers) => this.#step({ t: 'left', peers }),
        signal: (from, attempt, body) => this.#signal(door, from, attempt, body),
        failed: () => this.#events.alone(),
      });
    }
  }

  /** Peers whose hello has arrived. */
  get open(): readonly Link[] {
    return [...this.#links.values()].filter((link) => link.open);
  }

  isOpen(peer: string): boolean {
    return this.#links.get(peer)?.open === true;
  }

  /** Open or on the way. */
  get links(): readonly Link[] {
    return [...this.#links.values()];
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
    for (const door of this.#doors) door.stop();
  }

  #signal(door: SignalDoor, from: string, attempt: string, body: SignalBody): void {
    if (body.kind !== 'offer') {
      const link = this.#links.get(from);
      if (link?.attempt === attempt) void link.signal(body);
      return;
    }
    const fingerprint = fingerprintOf(body.sdp);
    if (fingerprint !== undefined && this.#bannedFingerprints.has(fingerprint))
      this.#step({ t: 'banned', peer: from });
    this.#doorOf.set(from, door);
    this.#offers.set(from, { door, attempt, sdp: body.sdp });
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
        const door = this.#doorOf.get(effect.peer);
        const link = door && this.#connect(effect.peer, randomHex(20), door);
        if (link === undefined) this.#step({ t: 'closed', peer: effect.peer, why: 'failed' });
        else void link.dial();
        return;
      }
      case 'accept': {
        const offer = this.#offers.get(effect.peer);
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
        return;
    }
  }

  /** `undefined`: the browser makes no more connections. */
  #connect(peer: string, attempt: string, door: SignalDoor): Link | undefined {
    try {
      const link = new Link(
        {
          peer,
          attempt,
          rtc: this.#rtc,
          ice: this.#config,
          greeting: () => this.#events.greeting(),
          send: (body) => door.send(peer, attempt, body),
        },
        {
          opened: (opened) => {
            this.#step({ t: 'opened', peer });
            this.#events.opened(opened);
          },
          packs: (changed) => this.#events.packs(changed),
          channel: (on, channel) => this.#events.channel(on, channel),
          ended: (ended, why) => this.#ended(ended, why),
          isBanned: (fingerprint) => this.#bannedFingerprints.has(fingerprint),
        },
      );
      this.#links.set(peer, link);
      return link;
    } catch {
      return undefined;
    }
  }

  #ended(link: Link, why: LinkEnd): void {
    this.#forget(link);
    if (why === 'failed') this.#events.failed(link.peer);
    if (why === 'banned') this.#step({ t: 'banned', peer: link.peer });
    else this.#step({ t: 'closed', peer: link.peer, why });
  }

  #forget(link: Link): void {
    if (this.#links.get(link.peer) === link) this.#links.delete(link.peer);
    if (!link.open) return;
    link.open = false;
    this.#events.closed(link);
  }
}
