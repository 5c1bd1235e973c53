/** What members say to each other through the tracker: offers, answers, signals. */

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
    sender.offers.expect(offered.offer_id, target.peerId, relay.clock());
    relay.counts.relayed('offer');
    target.connection.send(
      encode({ action: 'announce', info_hash: swarm.infoHash, peer_id: sender.peerId, ...offered }),
    );
  }
}

/** To the member whose offer it answers, if that offer went to the sender. */
export function relayAnswer(relay: Relay, swarm: Swarm, sender: Member, message: Answer): void {
  const { info_hash, offer_id, answer } = message;
  const target = swarm.members.get(message.to_peer_id);
  // An answer that nobody waits for is an attack or comes too late: no reply either way.
  if (!target?.offers.take(offer_id, sender.peerId, relay.clock())) return relay.counts.dropped('answer');
  relay.counts.relayed('answer');
  target.connection.send(encode({ action: 'announce', info_hash, peer_id: sender.peerId, offer_id, answer }));
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
  relay.counts.relayed('signal');
  target.connection.send(
    encode({ action: 'signal', info_hash, peer_id: sender.peerId, to_peer_id, offer_id, signal }),
  );
}
