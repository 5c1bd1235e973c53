import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type RunningHub } from '../../hub/index.ts';
import { publishSite, site, type PublishedSite } from './fixture.ts';

/** Infohash of the torrent that stock-client.ts seeds. */
const infoHash = 'aef633858e66a4dc1a8a2eb1b39c6ebc46fdbe2c';

let published: PublishedSite;
let running: RunningHub;

beforeAll(async () => {
  published = await publishSite(infoHash);
  running = await startHub({
    port: 0,
    databasePath: ':memory:',
    seederToken: 'a-token-for-programs',
    sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
  });
});

afterAll(async () => {
  await running.close();
  await published.remove();
});

describe('stock WebTorrent clients', () => {
  // Outside browsers the stock client waits five seconds for candidates, once on each side.
  it('find each other through the tracker and exchange a pack', { timeout: 60_000 }, async () => {
    const script = fileURLToPath(new URL('./stock-client.ts', import.meta.url));
    const tracker = `${running.url.replace('http', 'ws')}announce?token=a-token-for-programs`;
    const { stdout } = await promisify(execFile)(process.execPath, [script, tracker], { timeout: 50_000 });
    expect(stdout).toBe(createHash('sha256').update(Buffer.alloc(100_000, 'shoal')).digest('hex'));
    const metrics = await (await fetch(`${running.url}metrics`)).text();
    expect(metrics).toContain('shoal_tracker_relayed_total{kind="answer"} 1');
  });
});
