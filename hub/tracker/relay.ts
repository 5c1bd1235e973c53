/** What members say to each other through the tracker: offers, answers, signals. */

import type { RelayedAnswer, RelayedOffer, Signal } from '../../protocol/tracker.ts';
import type { TrackerCounts } from './counts.ts';
import type { Member } from './member.ts';
import { encode, offersToRelay, type Announce, type Answer, type SignalRequest } from './messages.ts';
import type { Swarm } from './swarm.ts';

/** What relaying needs from the tracker. */
interface Relay {
  readonly counts: TrackerCounts;
  readonly clock: () => number;
  readonly random: () => number;
}

/** Each offer goes to another member, at random. */
export function relayOffers(relay: Relay, swarm: Swarm, sender: Member, message: Announce): void {
  const offers = offersToRelay(message);
  const targets = swarm.members.sample(offers.length, relay.random, sender);
  for (const [i, target] of targets.entries()) {
    const offered = offers[i];
    if (offered === undefined) return;
    if (!sender.offers.make(offered.offer_id, target.peerId, relay.clock())) {
      relay.counts.dropped('offer');
      continue;
    }
    const relayed = {
      action: 'announce',
      info_hash: swarm.infoHash,
      peer_id: sender.peerId,
      ...offered,
    } as const;
    pass(relay, 'offer', target, false, relayed);
  }
}

/** To the member whose offer it answers, if that offer went to the sender. */
export function relayAnswer(relay: Relay, swarm: Swarm, sender: Member, message: Answer): void {
  const { info_hash, offer_id, answer } = message;
  const target = swarm.members.get(message.to_peer_id);
  // An answer that nobody waits for is an attack or comes too late: no reply either way.
  if (!target?.offers.answer(offer_id, sender.peerId, relay.clock())) return relay.counts.dropped('answer');
  pass(relay, 'answer', target, true, {
    action: 'announce',
    info_hash,
    peer_id: sender.peerId,
    offer_id,
    answer,
  });
}

/** To one member that understands signals; the sender's id is ours to say, not its own. */
export function relaySignal(relay: Relay, swarm: Swarm, sender: Member, message: SignalRequest): void {
  const { info_hash, to_peer_id, offer_id, signal } = message;
  const target = swarm.shoal.get(to_peer_id);
  if (target === undefined || target === sender) {
    relay.counts.dropped('signal');
    // In a big swarm not everybody hears of every change: the sender does now.
    return sender.connection.send(encode({ action: 'members', info_hash, joined: [], left: [to_peer_id] }));
  }
  const awaited = isAwaited(message, sender, target, relay.clock());
  if (awaited === undefined) return relay.counts.dropped('signal');
  const relayed = {
    action: 'signal',
    info_hash,
    peer_id: sender.peerId,
    to_peer_id,
    offer_id,
    signal,
  } as const;
  if (pass(relay, 'signal', target, awaited, relayed) || signal.kind !== 'offer') return;
  // It would wait ten seconds for somebody who never heard of it.
  const refusal = {
    ...relayed,
    peer_id: to_peer_id,
    to_peer_id: sender.peerId,
    signal: { kind: 'refuse' },
  } as const;
  sender.connection.send(encode(refusal));
}

/**
 * Anybody may offer; all that follows is between the two that an offer concerns. `undefined`: it is
 * not to be relayed; else whether the target waits for it, since the offer was its own.
 */
function isAwaited(
  { offer_id, signal }: SignalRequest,
  sender: Member,
  target: Member,
  nowMs: number,
): boolean | undefined {
  switch (signal.kind) {
    case 'offer':
      return sender.offers.make(offer_id, target.peerId, nowMs) ? false : undefined;
    case 'answer':
      return target.offers.answer(offer_id, sender.peerId, nowMs) ? true : undefined;
    case 'refuse':
      if (target.offers.answer(offer_id, sender.peerId, nowMs)) return true;
      return sender.offers.concern(offer_id, target.peerId, nowMs) ? false : undefined;
    case 'candidate':
      if (target.offers.concern(offer_id, sender.peerId, nowMs)) return true;
      return sender.offers.concern(offer_id, target.peerId, nowMs) ? false : undefined;
  }
}

/** `false`: the target has had enough for now. */
function pass(
  { counts, clock }: Relay,
  kind: 'offer' | 'answer' | 'signal',
  target: Member,
  awaited: boolean,
  message: RelayedOffer | RelayedAnswer | Signal,
): boolean {
  const isTaken = target.inbox.put(encode(message), awaited, clock());
  if (isTaken) counts.relayed(kind);
  else counts.dropped(kind);
  return isTaken;
}
