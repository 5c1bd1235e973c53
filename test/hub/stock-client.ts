/**
 * Two stock WebTorrent clients in a process of their own: one seeds, the other downloads, and both
 * know nothing but the tracker. Argument: the tracker's URL, with a query. Prints the SHA-256 of what arrived.
 */

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebTorrent from 'webtorrent';

const [tracker = ''] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'shoal-stock-'));
const quiet = { dht: false, lsd: false, natUpnp: false, natPmp: false, utp: false, utPex: false };
const options = { ...quiet, tracker: { rtcConfig: { iceServers: [] } } };

const seeder = new WebTorrent(options);
const leecher = new WebTorrent(options);
for (const client of [seeder, leecher]) client.on('error', fail);

// Clients of one process share a socket when their trackers' addresses are the same.
const content = Object.assign(Buffer.alloc(100_000, 'shoal'), { name: 'content.bin' });
seeder.seed(content, { announce: [`${tracker}&seeder`], path: folder }, ({ infoHash }) => {
  const torrent = leecher.add(infoHash, { announce: [`${tracker}&leecher`], path: join(folder, 'got') });
  torrent.on('warning', fail);
  torrent.on('done', () => void finish());
});

async function finish(): Promise<void> {
  const bytes = await readFile(join(folder, 'got/content.bin'));
  process.stdout.write(createHash('sha256').update(bytes).digest('hex'));
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
}

function fail(thrown: unknown): void {
  process.stderr.write(`${String(thrown)}\n`);
  process.exit(1);
}
