import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { assetClasses, failureCodes, groups } from '../../protocol/beacon.ts';
import { HubError } from '../errors.ts';
import { messageOf } from '../log.ts';
import { numberIn, oneIn, textIn, type Row } from './sqlite-rows.ts';
import { migrate, siteColumns, sourceColumns } from './sqlite-schema.ts';
import { limitSize, prune, type trafficTables } from './sqlite-size.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import type {
  AssetTotals,
  MetricsStore,
  PageTimeTotals,
  ReleaseTotals,
  RowSpan,
  SiteTotals,
} from './store.ts';
import { type FailureCount, type GroupTraffic, type MetricsBatch } from './traffic.ts';

/** Metrics in a file of SQLite (Node's own), in write-ahead mode: readers never wait for the writer. */
export class SqliteStore implements MetricsStore {
  readonly #database: DatabaseSync;
  readonly #writer: SqliteWriter;

  /**
   * Opens, and creates where missing, its folder too. `limitBytes`: its largest size; beyond it nothing
   * can be written. Throws {@link HubError} `database`.
   */
  constructor(path: string, limitBytes = Number.MAX_SAFE_INTEGER) {
    try {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
      this.#database = new DatabaseSync(path);
      this.#database.exec(
        // While it waits for a lock, the whole process waits; what cannot be written is kept for later.
        'PRAGMA busy_timeout = 200; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;',
      );
      migrate(this.#database);
      limitSize(this.#database, limitBytes);
      this.#writer = new SqliteWriter(this.#database);
    } catch (thrown) {
      if (thrown instanceof HubError) throw thrown;
      throw new HubError('database', `cannot open the metrics database ${path}: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
  }

  async write(batch: MetricsBatch): Promise<void> {
    this.#writer.write(batch);
  }

  async totals(site: string, span: RowSpan): Promise<SiteTotals> {
    return siteTotals(this.#rows(site, span, { select: siteSums, table: 'site_traffic' })[0] ?? {});
  }

  async series(
    site: string,
    span: RowSpan,
    stepMs: number,
  ): Promise<readonly (SiteTotals & { readonly start: number })[]> {
    const bucket = `start / ${stepMs} * ${stepMs}`;
    const rows = this.#rows(site, span, {
      select: `${bucket} AS bucket, ${siteSums}`,
      table: 'site_traffic',
      rest: 'GROUP BY bucket ORDER BY bucket',
    });
    return rows.map((row) => ({ start: numberIn(row, 'bucket'), ...siteTotals(row) }));
  }

  async releases(site: string, span: RowSpan): Promise<readonly ReleaseTotals[]> {
    const rows = this.#rows(site, span, {
      select: `release.sha256, release.version, first_seen, last_seen, ${assetSums}`,
      table: 'asset_traffic',
      join: 'JOIN release ON release.id = traffic.release',
      rest: 'GROUP BY release.id ORDER BY release.version DESC LIMIT 50',
    });
    return rows.map((row) => ({
      sha256: textIn(row, 'sha256'),
      version: numberIn(row, 'version'),
      firstSeen: numberIn(row, 'first_seen'),
      lastSeen: numberIn(row, 'last_seen'),
      ...sourceTotals(row),
    }));
  }

  async topAssets(
    site: string,
    span: RowSpan,
    order: 'savers' | 'losers',
    limit: number,
  ): Promise<readonly AssetTotals[]> {
    const rank = order === 'savers' ? 'sum(swarm)' : 'sum(http + discarded + rejected)';
    const rows = this.#rows(site, span, {
      select: `path, sum(requests) AS requests, sum(total_ms) AS total_ms, ${assetSums}`,
      table: 'asset_traffic',
      join: 'JOIN asset ON asset.id = traffic.asset',
      rest: `GROUP BY asset.id HAVING ${rank} > 0 ORDER BY ${rank} DESC, path LIMIT ${limit}`,
    });
    return rows.map((row) => ({
      path: textIn(row, 'path'),
      requests: numberIn(row, 'requests'),
      totalMs: numberIn(row, 'total_ms'),
      ...sourceTotals(row),
    }));
  }

  async failures(
    site: string,
    span: RowSpan,
  ): Promise<readonly Pick<FailureCount, 'code' | 'count' | 'lastSeen'>[]> {
    const rows = this.#rows(site, span, {
      select: 'code, sum(count) AS count, max(last_seen) AS last_seen',
      table: 'failure',
      rest: 'GROUP BY code ORDER BY sum(count) DESC, code',
    });
    return rows.map((row) => ({
      code: oneIn(row, 'code', failureCodes),
      count: numberIn(row, 'count'),
      lastSeen: numberIn(row, 'last_seen'),
    }));
  }

  async groups(site: string, span: RowSpan): Promise<readonly Omit<GroupTraffic, 'site' | 'start'>[]> {
    const rows = this.#rows(site, span, {
      select: `grp, sum(loads) AS loads, ${assetSums}`,
      table: 'group_traffic',
      rest: 'GROUP BY grp ORDER BY grp DESC',
    });
    return rows.map((row) => ({
      group: oneIn(row, 'grp', groups),
      loads: numberIn(row, 'loads'),
      ...sourceTotals(row),
    }));
  }

  async pageTimes(site: string, span: RowSpan): Promise<readonly PageTimeTotals[]> {
    const keys = 'grp, visit, swarm, measure, bucket';
    const rows = this.#rows(site, span, {
      select: `${keys}, sum(count) AS count, sum(total_ms) AS total_ms`,
      table: 'page_time',
      rest: `GROUP BY ${keys} ORDER BY ${keys}`,
    });
    return rows.map((row) => ({
      group: oneIn(row, 'grp', groups),
      measure: oneIn(row, 'measure', ['load', ...assetClasses]),
      visit: oneIn(row, 'visit', ['first', 'repeat']),
      swarm: oneIn(row, 'swarm', ['on', 'off', 'opted-out', 'unsupported']),
      bucket: numberIn(row, 'bucket'),
      count: numberIn(row, 'count'),
      totalMs: numberIn(row, 'total_ms'),
    }));
  }

  async isOriginKnown(site: string): Promise<boolean> {
    return (
      this.#database.prepare('SELECT 1 FROM site WHERE name = ? AND origin_known = 1').get(site) !== undefined
    );
  }

  async recentBeacons(sinceMs: number): Promise<readonly { readonly id: string; readonly atMs: number }[]> {
    const rows = this.#database
      .prepare('SELECT id, at FROM recent_beacon WHERE at >= ? ORDER BY at')
      .all(sinceMs);
    return rows.map((row) => ({ id: textIn(row, 'id'), atMs: numberIn(row, 'at') }));
  }

  async prune(nowMs: number): Promise<void> {
    prune(this.#database, nowMs);
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #rows(site: string, span: RowSpan, { select, table, join = '', rest = '' }: Query): readonly Row[] {
    return this.#database
      .prepare(
        `SELECT ${select} FROM ${table} AS traffic ${join}
         WHERE traffic.site = (SELECT id FROM site WHERE name = ?)
           AND traffic.step = ? AND traffic.start >= ? AND traffic.start < ? ${rest}`,
      )
      .all(site, span.rowMs, span.from, span.to);
  }
}

/** Parts of a statement; none of them ever holds a value from outside. */
interface Query {
  readonly select: string;
  readonly table: (typeof trafficTables)[number];
  readonly join?: string;
  readonly rest?: string;
}

const sums = (columns: readonly string[]): string =>
  columns.map((column) => `coalesce(sum(${column}), 0) AS ${column}`).join(', ');
const assetSums = sums(sourceColumns);
const siteSums = sums(siteColumns);

function sourceTotals(row: Row): Pick<AssetTotals, 'http' | 'swarm' | 'cache' | 'discarded' | 'rejected'> {
  return {
    http: numberIn(row, 'http'),
    swarm: numberIn(row, 'swarm'),
    cache: numberIn(row, 'cache'),
    discarded: numberIn(row, 'discarded'),
    rejected: numberIn(row, 'rejected'),
  };
}

function siteTotals(row: Row): SiteTotals {
  return {
    ...sourceTotals(row),
    uploaded: numberIn(row, 'uploaded'),
    firstVisits: numberIn(row, 'first_visits'),
    repeatVisits: numberIn(row, 'repeat_visits'),
    originAsset: numberIn(row, 'origin_asset'),
    originOther: numberIn(row, 'origin_other'),
    originRequests: numberIn(row, 'origin_requests'),
    outliers: numberIn(row, 'outliers'),
    outlierBytes: numberIn(row, 'outlier_bytes'),
  };
}
