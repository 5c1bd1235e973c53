/**
 * A page with WebTorrent as it is shipped: the same torrent, the same tracker, and the origin as web seed.
 * In the address: `torrent` (URL), `tracker` (URL), `strategy`, `ice` (URL of a STUN server, or nothing).
 */
import type { Outcome } from './outcome.ts';

interface StockTorrent {
  readonly length: number;
  /** Bytes that came over wires, web seeds included. */
  readonly received: number;
}

interface StockClient {
  add(torrent: Uint8Array, options: object, onReady: (torrent: unknown) => void): void;
  on(event: string, listener: (thrown: unknown) => void): void;
}

type StockModule = Readonly<Record<'default', new (options: object) => StockClient>>;

window.outcome = load(new URLSearchParams(location.search));

async function load(query: URLSearchParams): Promise<Outcome> {
  const path: string = '/webtorrent.min.js';
  const loading: Promise<unknown> = import(path);
  const file = await fetch(query.get('torrent') ?? '');
  const torrentFile = new Uint8Array(await file.arrayBuffer());
  const module = await loading;
  if (!isStockModule(module)) throw new Error(`${path} is not WebTorrent`);

  const startMs = performance.now();
  const ice = query.get('ice') ?? '';
  const client = new module.default({
    tracker: { rtcConfig: { iceServers: ice === '' ? [] : [{ urls: ice }] } },
  });
  const torrent = await new Promise<StockTorrent>((resolve, reject) => {
    client.on('error', reject);
    const options = {
      announce: [query.get('tracker') ?? ''],
      urlList: [`${location.origin}/one.bin`],
      strategy: query.get('strategy') ?? 'sequential',
    };
    client.add(torrentFile, options, (added) => {
      if (!isStockTorrent(added)) return reject(new Error('WebTorrent gave something else than a torrent'));
      if (Reflect.get(added, 'done') === true) return resolve(added);
      return added.on('done', () => resolve(added));
    });
  });
  const doneMs = performance.now();
  const wastedBytes = Math.max(0, torrent.received - torrent.length);
  return { startMs, askedMs: startMs, doneMs, bytes: torrent.length, wastedBytes, without: '' };
}

function isStockModule(module: unknown): module is StockModule {
  return typeof module === 'object' && module !== null && 'default' in module;
}

function isStockTorrent(
  torrent: unknown,
): torrent is StockTorrent & { on(event: 'done', listener: () => void): void } {
  return typeof torrent === 'object' && torrent !== null && 'length' in torrent && 'received' in torrent;
}
