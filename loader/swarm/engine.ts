/**
 * The swarm engine: an ES module that the host page loads. It finds peers, connects to them, brings
 * the worker what it wants from them and gives them what the verified cache holds. Nothing it brings
 * is trusted: the worker verifies every byte.
 */

import type { HostState } from '../../protocol/worker-messages.ts';
import type { SignalDoor } from './doors.ts';
import { Exchange } from './exchange.ts';
import { HubDoor } from './hub-door.ts';
import { Mesh } from './mesh.ts';
import type { Swarm, SwarmOptions } from './options.ts';
import { Packs } from './packs.ts';
import { randomHex } from './random.ts';
import { TorrentClient } from './webtorrent.ts';
import { WorkerPort } from './worker-port.ts';

export type { Swarm, SwarmEvent, SwarmOptions } from './options.ts';

/** After this the worker need not wait for a first peer any longer. */
const settleMs = 1_500;

/** Starts at once; one swarm per origin at a time (the page that won the election). */
export function startSwarm({ config, port, onEvent }: SwarmOptions): Swarm {
  // New for each page load and never stored: a peer id must not follow a visitor around.
  const self = randomHex(20);
  const client = new TorrentClient(self, config.uploadBytesPerSecond);
  const doors: SignalDoor[] = config.hub === null ? [] : [new HubDoor(config.hub, config.swarmId, self)];
  const banned = new Set<string>();
  let uploadAllowed = true;
  let settled = false;
  let stopped = false;
  let told = '';

  const worker = new WorkerPort((message) => packs.receive(message));
  const packs: Packs = new Packs({
    base: config.base,
    client,
    post: (message, transfer) => worker.post(message, transfer),
    guilty: (peer) => ban(peer, 'sent wrong bytes'),
    uploaded: (bytes) => onEvent({ t: 'uploaded', bytes }),
    uploadAllowed: () => uploadAllowed,
    isConnected: (peer) => mesh.isOpen(peer),
    holders: (infohash) => {
      const has = mesh.open.filter((link) => (link.packs.get(infohash)?.state ?? 'none') !== 'none');
      return has.map(({ peer }) => peer);
    },
    changed: () => exchange.changed(),
  });
  const exchange: Exchange = new Exchange({
    self,
    packs,
    links: () => mesh.links,
    violated: (peer, detail) => ban(peer, `broke the wire protocol: ${detail}`),
  });
  const mesh: Mesh = new Mesh(self, config, doors, {
    greeting: () => exchange.greeting(),
    opened: (link) => {
      settle();
      exchange.reconcile(link);
      peersChanged();
      onEvent({ t: 'peers', peers: mesh.open.length });
    },
    packs: (link) => {
      exchange.reconcile(link);
      peersChanged();
    },
    channel: (link, channel) => exchange.incoming(link, channel),
    closed: ({ peer }) => {
      exchange.closed(peer);
      for (const pack of packs.all()) pack.peerLeft(peer, banned.has(peer));
      peersChanged();
      onEvent({ t: 'peers', peers: mesh.open.length });
    },
    alone: () => settle(),
    failed: (peer) => onEvent({ t: 'failure', code: 'connection', detail: `no connection to ${peer}` }),
  });

  function ban(peer: string, why: string): void {
    if (banned.has(peer)) return;
    banned.add(peer);
    mesh.ban(peer);
    onEvent({ t: 'failure', code: 'peer-banned', detail: `${peer} ${why}` });
  }

  function peersChanged(): void {
    for (const pack of packs.all()) pack.peersChanged();
    tell();
  }

  function settle(): void {
    if (settled) return;
    settled = true;
    tell();
  }

  /** Says what the swarm can do, if that has changed. */
  function tell(): void {
    const state = hostState(mesh, settled);
    const text = JSON.stringify(state);
    if (text === told) return;
    told = text;
    worker.post(state);
  }

  worker.use(port);
  tell();
  if (doors.length === 0) settle();
  const settleTimer = setTimeout(settle, settleMs);
  mesh.start();

  return {
    setUploadAllowed(allowed) {
      if (uploadAllowed === allowed) return;
      uploadAllowed = allowed;
      for (const pack of packs.all()) pack.applyUploadAllowed();
    },
    get peers() {
      return mesh.open.length;
    },
    setPort(next) {
      packs.workerRestarted();
      worker.use(next);
      told = '';
      tell();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearTimeout(settleTimer);
      mesh.stop();
      for (const pack of packs.all()) pack.close();
      client.stop();
      // The worker need not find out by waiting that there is nobody any more.
      tell();
      worker.close();
    },
  };
}

function hostState(mesh: Mesh, settled: boolean): HostState {
  const whole = new Set<string>();
  const part = new Set<string>();
  const links = mesh.open;
  for (const link of links) {
    for (const { infohash, state } of link.packs.values()) {
      part.add(infohash);
      if (state === 'whole') whole.add(infohash);
    }
  }
  return { t: 'swarm', peers: links.length, settled, whole: [...whole].sort(), part: [...part].sort() };
}
