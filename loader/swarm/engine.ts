/**
 * The swarm engine: an ES module that the host page loads. It finds peers, connects to them, brings
 * the worker what it wants from them and gives them what the verified cache holds. Nothing it brings
 * is trusted: the worker verifies every byte.
 */

import { sizeClassOf } from '../../policy/benefit.ts';
import type { ClientToWorker, HostState } from '../../protocol/worker-messages.ts';
import { Benefit } from './benefit.ts';
import type { SignalDoor } from './doors.ts';
import { Crowding } from './crowding.ts';
import { documentsOf } from './documents.ts';
import { Exchange } from './exchange.ts';
import { isHex } from './fields.ts';
import { Giving } from './giving.ts';
import { HeadNews } from './head-news.ts';
import { holdersOf } from './holders.ts';
import { HubDoor } from './hub-door.ts';
import type { Link } from './link.ts';
import { Mesh } from './mesh.ts';
import type { Swarm, SwarmOptions } from './options.ts';
import { Packs } from './packs.ts';
import { Prefetch } from './prefetch.ts';
import { randomHex } from './random.ts';
import { Search } from './search.ts';
import { TorrentClient } from './webtorrent.ts';
import { WorkerPort } from './worker-port.ts';

export type { Swarm, SwarmEvent, SwarmOptions } from './options.ts';

/** After this the worker need not wait for a first peer any longer. */
const settleMs = 1_500;

/** Starts at once; one swarm per origin at a time (the page that won the election). */
export function startSwarm({ config, onEvent }: SwarmOptions): Swarm {
  // New for each page load and never stored: a peer id must not follow a visitor around.
  const self = randomHex(20);
  const client = new TorrentClient(self, config.uploadBytesPerSecond);
  const doors: SignalDoor[] = config.hub === null ? [] : [new HubDoor(config.hub, config.swarmId, self)];
  const crowding = new Crowding();
  const banned = new Set<string>();
  const benefit = new Benefit();
  const giving = new Giving(config.uploadBytesPerDay, () => {
    for (const pack of packs.all()) pack.applyUploadAllowed();
    exchange.changed();
  });
  let settled = false;
  let stopped = false;
  let told = '';

  const worker = new WorkerPort(
    async (message) => {
      await packs.receive(message);
      if (message.t !== 'packs') return;
      news.ownReleaseChanged();
      prefetch.look();
    },
    () => worker.post(hostState(mesh, settled)),
  );
  const packs: Packs = new Packs({
    base: config.base,
    client,
    post: (message, transfer) => worker.post(message, transfer),
    guilty: (peer) => ban(peer, 'sent wrong bytes'),
    uploaded: (bytes) => {
      onEvent({ t: 'uploaded', bytes });
      giving.gave(bytes);
    },
    uploadAllowed: () => giving.allowed,
    isLeftOff: (bytes) => benefit.leftOff.includes(sizeClassOf(bytes)),
    isConnected: (peer) => mesh.open.some((link) => link.peer === peer),
    self,
    links: () => mesh.links,
    search: { seek: (infohash, sinceMs) => search.seek(infohash, sinceMs) },
    holders: (infohash) => holdersOf(mesh.open, infohash).map(({ peer }) => peer),
    changed: () => exchange.changed(),
  });
  const exchange: Exchange = new Exchange({
    self,
    packs,
    links: () => mesh.links,
    violated: (peer, detail) => ban(peer, `broke the wire protocol: ${detail}`),
  });
  const news: HeadNews = new HeadNews({
    documents: documentsOf(config.base),
    links: () => mesh.open,
    nextPacks: (layouts) => {
      packs.setNext(layouts);
      prefetch.look();
    },
    torrentFile: (sha256) => packs.torrentFile(sha256),
    mayGive: () => giving.allowed,
    gave: (bytes) => {
      onEvent({ t: 'uploaded', bytes });
      giving.gave(bytes);
    },
  });
  const search: Search = new Search({
    links: () => mesh.open,
    connectTo: (peer) => mesh.connectTo(peer),
  });
  const prefetch: Prefetch = new Prefetch({
    base: config.base,
    limitBytes: config.prefetchBytesPerRelease,
    packs,
    links: () => mesh.open,
    mayRun: () => giving.allowed,
    kept: () => {
      const message: ClientToWorker = { t: 'host' };
      navigator.serviceWorker.controller?.postMessage(message);
    },
  });
  const mesh: Mesh = new Mesh(self, config, doors, {
    greeting: () => [...exchange.greeting(), ...news.greeting()],
    opened: (link) => {
      void dismissInCrowd(link);
      settle();
      exchange.reconcile(link);
      peersChanged();
      onEvent({ t: 'peers', peers: mesh.open.length });
    },
    packs: (link) => {
      exchange.reconcile(link);
      peersChanged();
    },
    said: (link, word) => {
      switch (word.t) {
        case 'claims':
          return packs.hear(word, link.peer);
        case 'head':
          return news.heard(link, word.head);
        case 'seek':
        case 'holders':
          return search.hear(link, word);
      }
    },
    left: (peers) => packs.membersLeft(peers),
    channel: (link, channel) => {
      if (isHex(channel.label, 64)) void news.give(link, channel);
      else exchange.incoming(link, channel);
    },
    closed: (link) => {
      const { peer } = link;
      crowding.closed(link);
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

  /** Where local addresses are wanted, peers of one network are, too. */
  async function dismissInCrowd(link: Link): Promise<void> {
    if (!config.lan && !(await crowding.admits(link))) link.leave();
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

  if (doors.length === 0 || benefit.isNone) settle();
  const settleTimer = setTimeout(settle, settleMs);
  if (!benefit.isNone) mesh.start();

  return {
    delivered(answer) {
      packs.wantedMs = performance.now();
      const detail = benefit.record(answer).join(', ');
      if (detail !== '') onEvent({ t: 'failure', code: 'swarm-no-benefit', detail });
    },
    get leftOff() {
      return benefit.leftOff;
    },
    setThrift(isWanted) {
      giving.thrift = isWanted;
    },
    get peers() {
      return mesh.open.length;
    },
    setPort(next) {
      packs.workerRestarted();
      news.workerRestarted();
      worker.use(next);
      told = '';
      tell();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearTimeout(settleTimer);
      prefetch.stop();
      search.stop();
      giving.stop();
      mesh.stop();
      packs.close();
      client.stop();
      // The worker need not find out by waiting that there is nobody any more, nor anybody to ask.
      settled = false;
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
