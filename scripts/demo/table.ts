/** What the visits cost, as a table: pages' own figures beside what the server counted. */
import type { OriginCounts } from '../../publisher/index.ts';
import type { Visit } from './visitors.ts';

export interface Costs {
  readonly visits: readonly Visit[];
  readonly httpBytes: number;
  readonly swarmBytes: number;
  readonly cacheBytes: number;
  /** Body bytes of the page's files that the server sent. */
  readonly originAssetBytes: number;
  /** Everything else that it sent: pages, Shoal's own files. */
  readonly originOtherBytes: number;
}

export function readCosts(
  visits: readonly Visit[],
  origin: OriginCounts,
  isAsset: (path: string) => boolean,
): Costs {
  const sum = (name: 'httpBytes' | 'swarmBytes' | 'cacheBytes'): number =>
    visits.reduce((total, { stats }) => total + stats[name], 0);
  let originAssetBytes = 0;
  for (const [path, { bytes }] of origin.paths) if (isAsset(path)) originAssetBytes += bytes;
  return {
    visits,
    httpBytes: sum('httpBytes'),
    swarmBytes: sum('swarmBytes'),
    cacheBytes: sum('cacheBytes'),
    originAssetBytes,
    originOtherBytes: origin.bytes - originAssetBytes,
  };
}

const columns = ['', 'origin', 'peers', 'cache', 'from peers', 'seconds'] as const;

/** The table, as text for a terminal. */
export function costTable(costs: Costs): string {
  const rows: string[][] = costs.visits.map(({ name, ok, ms, stats }) => [
    ok ? name : `${name} (incomplete)`,
    megabytes(stats.httpBytes),
    megabytes(stats.swarmBytes),
    megabytes(stats.cacheBytes),
    share(stats.swarmBytes, stats.httpBytes),
    (ms / 1000).toFixed(1),
  ]);
  const { httpBytes, swarmBytes, cacheBytes } = costs;
  rows.push([
    'together',
    megabytes(httpBytes),
    megabytes(swarmBytes),
    megabytes(cacheBytes),
    share(swarmBytes, httpBytes),
    '',
  ]);
  const widths = columns.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('   ');
  return [
    '',
    line(columns),
    ...rows.map(line),
    '',
    `Plain HTTP would have cost    ${megabytes(httpBytes + swarmBytes)} of the site's files`,
    `The server itself counted     ${megabytes(costs.originAssetBytes)} of them, and ${megabytes(costs.originOtherBytes)} of everything else`,
    '',
  ].join('\n');
}

function share(part: number, rest: number): string {
  return part + rest === 0 ? '-' : `${((100 * part) / (part + rest)).toFixed(1)} %`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
