/** Sums in memory until they are written: a flood of beacons becomes a few rows. */

import type {
  AssetTraffic,
  FailureCount,
  GroupTraffic,
  MetricsBatch,
  PageTimeCount,
  SiteTraffic,
} from './traffic.ts';

/** `T` without what its cell starts at: every counter may be left out. */
type Amounts<T> = Partial<{ -readonly [K in keyof T as T[K] extends number ? K : never]: T[K] }>;
type SiteKey = Pick<SiteTraffic, 'site' | 'start'>;
type AssetKey = Pick<AssetTraffic, 'site' | 'start' | 'release' | 'version' | 'path'>;
type GroupKey = Pick<GroupTraffic, 'site' | 'start' | 'group'>;
type PageTimeKey = Omit<PageTimeCount, 'count' | 'totalMs'>;

export class Aggregate {
  #sites = new Map<string, SiteTraffic>();
  #assets = new Map<string, AssetTraffic>();
  #failures = new Map<string, FailureCount>();
  #groups = new Map<string, GroupTraffic>();
  #pageTimes = new Map<string, PageTimeCount>();
  #beacons = new Map<string, number>();

  /** How many cells are waiting. */
  get size(): number {
    const cells = [this.#sites, this.#assets, this.#failures, this.#groups, this.#pageTimes, this.#beacons];
    return cells.reduce((sum, { size }) => sum + size, 0);
  }

  addSite(key: SiteKey, add: Omit<Amounts<SiteTraffic>, 'start'>): void {
    const cell = cellOf(this.#sites, `${key.start} ${key.site}`, () => ({
      site: key.site,
      start: key.start,
      http: 0,
      swarm: 0,
      cache: 0,
      discarded: 0,
      rejected: 0,
      uploaded: 0,
      firstVisits: 0,
      repeatVisits: 0,
      originAsset: 0,
      originOther: 0,
      originRequests: 0,
      outliers: 0,
      outlierBytes: 0,
    }));
    cell.http += add.http ?? 0;
    cell.swarm += add.swarm ?? 0;
    cell.cache += add.cache ?? 0;
    cell.discarded += add.discarded ?? 0;
    cell.rejected += add.rejected ?? 0;
    cell.uploaded += add.uploaded ?? 0;
    cell.firstVisits += add.firstVisits ?? 0;
    cell.repeatVisits += add.repeatVisits ?? 0;
    cell.originAsset += add.originAsset ?? 0;
    cell.originOther += add.originOther ?? 0;
    cell.originRequests += add.originRequests ?? 0;
    cell.outliers += add.outliers ?? 0;
    cell.outlierBytes += add.outlierBytes ?? 0;
  }

  addAsset(key: AssetKey, add: Omit<AssetTraffic, keyof AssetKey>): void {
    const { site, start, release, version, path } = key;
    const cell = cellOf(this.#assets, `${start} ${site} ${release} ${path}`, () => ({
      site,
      start,
      release,
      version,
      path,
      requests: 0,
      http: 0,
      swarm: 0,
      cache: 0,
      discarded: 0,
      rejected: 0,
      totalMs: 0,
    }));
    cell.requests += add.requests;
    cell.http += add.http;
    cell.swarm += add.swarm;
    cell.cache += add.cache;
    cell.discarded += add.discarded;
    cell.rejected += add.rejected;
    cell.totalMs += add.totalMs;
  }

  addFailure({ site, start, code, count, lastSeen }: FailureCount): void {
    const empty = (): FailureCount => ({ site, start, code, count: 0, lastSeen: 0 });
    const cell = cellOf(this.#failures, `${start} ${site} ${code}`, empty);
    cell.count += count;
    cell.lastSeen = Math.max(cell.lastSeen, lastSeen);
  }

  addGroup({ site, start, group }: GroupKey, add: Amounts<Omit<GroupTraffic, 'start'>>): void {
    const empty = { site, start, group, loads: 0, http: 0, swarm: 0, cache: 0, discarded: 0, rejected: 0 };
    const cell = cellOf(this.#groups, `${start} ${site} ${group}`, () => empty);
    cell.loads += add.loads ?? 0;
    cell.http += add.http ?? 0;
    cell.swarm += add.swarm ?? 0;
    cell.cache += add.cache ?? 0;
    cell.discarded += add.discarded ?? 0;
    cell.rejected += add.rejected ?? 0;
  }

  addPageTime(key: PageTimeKey, count: number, totalMs: number): void {
    const { site, start, group, visit, swarm, measure, bucket } = key;
    const name = `${start} ${site} ${group} ${visit} ${swarm} ${measure} ${bucket}`;
    const empty = { site, start, group, visit, swarm, measure, bucket, count: 0, totalMs: 0 };
    const cell = cellOf(this.#pageTimes, name, () => empty);
    cell.count += count;
    cell.totalMs += totalMs;
  }

  addBeacon(id: string, atMs: number): void {
    this.#beacons.set(id, atMs);
  }

  /** Takes everything out. */
  take(): MetricsBatch {
    const batch: MetricsBatch = {
      sites: [...this.#sites.values()],
      assets: [...this.#assets.values()],
      failures: [...this.#failures.values()],
      groups: [...this.#groups.values()],
      pageTimes: [...this.#pageTimes.values()],
      beacons: [...this.#beacons].map(([id, atMs]) => ({ id, atMs })),
    };
    this.#sites = new Map();
    this.#assets = new Map();
    this.#failures = new Map();
    this.#groups = new Map();
    this.#pageTimes = new Map();
    this.#beacons = new Map();
    return batch;
  }

  /** Puts a batch back that could not be written. */
  putBack(batch: MetricsBatch): void {
    for (const cell of batch.sites) this.addSite(cell, cell);
    for (const cell of batch.assets) this.addAsset(cell, cell);
    for (const cell of batch.failures) this.addFailure(cell);
    for (const cell of batch.groups) this.addGroup(cell, cell);
    for (const cell of batch.pageTimes) this.addPageTime(cell, cell.count, cell.totalMs);
    for (const { id, atMs } of batch.beacons) this.addBeacon(id, atMs);
  }
}

function cellOf<T>(cells: Map<string, T>, key: string, empty: () => T): T {
  let cell = cells.get(key);
  if (cell === undefined) {
    cell = empty();
    cells.set(key, cell);
  }
  return cell;
}
