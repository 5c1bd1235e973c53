/** A site of one pack or more for the swarm tests: real bytes, a real hub, the built engine, no worker. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { build } from 'esbuild';
import { startHub, type RunningHub } from '../../../hub/index.ts';
import type { TagConfig } from '../../../protocol/site-config.ts';
import type { PackLayout } from '../../../protocol/worker-messages.ts';
import { layOut } from '../../../publisher/packs/layout.ts';
import { torrentOf } from '../../../publisher/packs/torrent.ts';
import { engineBundle } from '../../../scripts/engine-bundle.ts';
import { root } from '../../../scripts/root.ts';
import type { HubPlace } from '../wire-peer/hub-voice.ts';
import type { WirePack } from '../wire-peer/wire.ts';

const swarmId = '5'.repeat(40);

export interface SwarmSite {
  readonly url: string;
  readonly config: TagConfig;
  readonly hub: RunningHub;
  readonly place: HubPlace;
  close(): Promise<void>;
  /** Makes a pack of random assets of these sizes and serves it. */
  addPack(sizes: readonly number[]): TestPack;
}

export interface TestPack {
  readonly layout: PackLayout;
  /** As a scripted peer knows it. */
  readonly wire: WirePack;
  readonly assets: readonly TestAsset[];
}

export interface TestAsset {
  readonly digest: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of each chunk. */
  chunkDigests(chunkBytes: number): Readonly<Record<number, string>>;
}

const html =
  '<!doctype html><meta charset="utf-8"><title>swarm</title><link rel="icon" href="data:,"><script src="/page.js"></script>';

export async function startSwarmSite(): Promise<SwarmSite> {
  const files = new Map<string, Uint8Array | string>([
    ['/', html],
    ['/engine.js', await bundle('loader/swarm/engine.ts', 'esm')],
    ['/page.js', await bundle('test/support/swarm/page.ts', 'iife')],
  ]);
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (file === undefined) return response.writeHead(404).end();
    const type =
      request.url === '/'
        ? 'text/html'
        : request.url?.endsWith('.js')
          ? 'text/javascript'
          : 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type }).end(file);
  });
  const url = await listen(server);
  const site = new URL(url).origin;
  const hub = await startHub({
    port: 0,
    databasePath: ':memory:',
    sites: [{ site, swarmId, source: { url } }],
  });
  return {
    url,
    hub,
    place: { hub: hub.url, origin: site, swarmId },
    config: {
      site,
      base: '/',
      worker: '/shoal-sw.js',
      engine: '/engine.js',
      swarmId,
      hub: hub.url,
      iceServers: [],
      lan: true,
      relayOnly: false,
      consent: 'implied',
      links: 3,
      uploadBytesPerSecond: 0,
      uploadBytesPerDay: 0,
      prefetchBytesPerRelease: 0,
      holdoutPercent: 0,
      readyTimeoutMs: 1_000,
    },
    addPack: (sizes) => addPack(files, sizes),
    close: async () => {
      await hub.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bundle(entry: string, format: 'esm' | 'iife'): Promise<Uint8Array> {
  const options = format === 'esm' ? engineBundle : {};
  const { outputFiles } = await build({
    ...options,
    format,
    entryPoints: [root + entry],
    bundle: true,
    write: false,
    target: 'es2022',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${entry} was not bundled`);
  return file.contents;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return `http://127.0.0.1:${address.port}/`;
}

function addPack(files: Map<string, Uint8Array | string>, sizes: readonly number[]): TestPack {
  const assets = sizes.map((size) => testAsset(randomBytes(size)));
  const plan = layOut(assets.map((asset) => ({ asset, bytes: asset.bytes.length })));
  const pack = Buffer.alloc(plan.length);
  for (const { asset, offset } of plan.parts) pack.set(asset.asset.bytes, offset);
  const pieces: Buffer[] = [];
  for (let at = 0; at < pack.length; at += plan.pieceBytes) {
    pieces.push(
      createHash('sha1')
        .update(pack.subarray(at, at + plan.pieceBytes))
        .digest(),
    );
  }
  const torrent = torrentOf(plan.length, plan.pieceBytes, Buffer.concat(pieces));
  const path = `/shoal/pack/${torrent.ih}.torrent`;
  files.set(path, torrent.bytes);
  for (const asset of assets) files.set(`/asset/${asset.digest}`, asset.bytes);
  return {
    assets,
    wire: { infohash: torrent.ih, pieceBytes: plan.pieceBytes, bytes: pack },
    layout: {
      infohash: torrent.ih,
      torrent: path,
      torrentSha256: torrent.sha256,
      torrentBytes: torrent.bytes.length,
      assets: plan.parts.map(({ asset, offset }) => ({
        digest: asset.asset.digest,
        size: asset.bytes,
        offset,
      })),
    },
  };
}

function testAsset(bytes: Uint8Array): TestAsset {
  return {
    bytes,
    digest: sha256(bytes),
    chunkDigests: (chunkBytes) => {
      const count = Math.ceil(bytes.length / chunkBytes);
      return Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          i,
          sha256(bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes)),
        ]),
      );
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
