import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { numberIn } from './sqlite-rows.ts';
import { siteColumns, sourceColumns } from './sqlite-schema.ts';
import {
  bucketStart,
  dayMs,
  hourMs,
  minuteMs,
  type AssetTraffic,
  type GroupTraffic,
  type MetricsBatch,
  type PageTimeCount,
  type SiteTraffic,
} from './traffic.ts';

/** Every figure is kept in rows of these widths. */
const steps = [minuteMs, hourMs, dayMs] as const;

/** Adds batches to the tables. */
export class SqliteWriter {
  readonly #database: DatabaseSync;
  readonly #ids: Ids;
  readonly #site: StatementSync;
  readonly #asset: StatementSync;
  readonly #failure: StatementSync;
  readonly #group: StatementSync;
  readonly #pageTime: StatementSync;
  readonly #beacon: StatementSync;
  readonly #originKnown: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#ids = new Ids(database);
    const upsert = (
      table: string,
      keys: string,
      sums: readonly string[],
      maximum?: string,
    ): StatementSync => {
      const columns = [...keys.split(' '), ...sums, ...(maximum === undefined ? [] : [maximum])];
      const updates = sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`);
      if (maximum !== undefined) updates.push(`${maximum} = max(${maximum}, excluded.${maximum})`);
      return database.prepare(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
         ON CONFLICT DO UPDATE SET ${updates.join(', ')}`,
      );
    };
    this.#site = upsert('site_traffic', 'site step start', siteColumns);
    this.#asset = upsert('asset_traffic', 'site step start release asset', [
      ...sourceColumns,
      'requests',
      'total_ms',
    ]);
    this.#failure = upsert('failure', 'site step start code', ['count'], 'last_seen');
    this.#group = upsert('group_traffic', 'site step start grp', ['loads', ...sourceColumns]);
    this.#pageTime = upsert('page_time', 'site step start grp visit swarm measure bucket', [
      'count',
      'total_ms',
    ]);
    this.#beacon = database.prepare(
      'INSERT INTO recent_beacon (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#originKnown = database.prepare('UPDATE site SET origin_known = 1 WHERE id = ?');
  }

  /** In one transaction: all of it, or an exception and nothing. */
  write(batch: MetricsBatch): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const cell of batch.sites) this.#writeSite(cell);
      for (const cell of batch.assets) this.#writeAsset(cell);
      for (const { site, start, code, count, lastSeen } of batch.failures) {
        this.#perStep(this.#failure, site, start, code, count, lastSeen);
      }
      for (const cell of batch.groups) this.#writeGroup(cell);
      for (const cell of batch.pageTimes) this.#writePageTime(cell);
      for (const { id, atMs } of batch.beacons) this.#beacon.run(id, atMs);
      this.#database.exec('COMMIT');
    } catch (thrown) {
      // Ids given out within the transaction are gone with it.
      this.#ids.forget();
      this.#rollBack();
      throw thrown;
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (full disk, I/O error): there is no transaction any more.
    }
  }

  #writeSite(cell: SiteTraffic): void {
    const sources = [cell.http, cell.swarm, cell.cache, cell.discarded, cell.rejected];
    const visits = [cell.uploaded, cell.firstVisits, cell.repeatVisits];
    const origin = [cell.originAsset, cell.originOther, cell.originRequests];
    const outliers = [cell.outliers, cell.outlierBytes];
    this.#perStep(this.#site, cell.site, cell.start, ...sources, ...visits, ...origin, ...outliers);
    if (cell.originRequests > 0) this.#originKnown.run(this.#ids.site(cell.site));
  }

  #writeAsset(cell: AssetTraffic): void {
    const ids = [this.#ids.release(cell), this.#ids.asset(cell.site, cell.path)];
    const sources = [cell.http, cell.swarm, cell.cache, cell.discarded, cell.rejected];
    this.#perStep(this.#asset, cell.site, cell.start, ...ids, ...sources, cell.requests, cell.totalMs);
  }

  #writeGroup({ site, start, group, loads, ...cell }: GroupTraffic): void {
    const sources = [cell.http, cell.swarm, cell.cache, cell.discarded, cell.rejected];
    this.#perStep(this.#group, site, start, group, loads, ...sources);
  }

  #writePageTime({ site, start, group, visit, swarm, measure, bucket, count, totalMs }: PageTimeCount): void {
    this.#perStep(this.#pageTime, site, start, group, visit, swarm, measure, bucket, count, totalMs);
  }

  #perStep(
    statement: StatementSync,
    site: string,
    start: number,
    ...values: readonly (string | number)[]
  ): void {
    const id = this.#ids.site(site);
    for (const step of steps) statement.run(id, step, bucketStart(start, step), ...values);
  }
}

/** Numbers for names, made when first needed. */
class Ids {
  readonly #siteStatement: StatementSync;
  readonly #releaseStatement: StatementSync;
  readonly #assetStatement: StatementSync;
  readonly #sites = new Map<string, number>();
  readonly #assets = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#siteStatement = database.prepare(
      'INSERT INTO site (name) VALUES (?) ON CONFLICT DO UPDATE SET name = name RETURNING id',
    );
    this.#releaseStatement = database.prepare(
      `INSERT INTO release (site, sha256, version, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen),
         last_seen = max(last_seen, excluded.last_seen) RETURNING id`,
    );
    this.#assetStatement = database.prepare(
      'INSERT INTO asset (site, path) VALUES (?, ?) ON CONFLICT DO UPDATE SET path = path RETURNING id',
    );
  }

  site(name: string): number {
    return remembered(this.#sites, name, () => numberIn(this.#siteStatement.get(name), 'id'));
  }

  asset(site: string, path: string): number {
    return remembered(this.#assets, `${site} ${path}`, () =>
      numberIn(this.#assetStatement.get(this.site(site), path), 'id'),
    );
  }

  /** Also notes when the release was seen. */
  release({ site, release, version, start }: AssetTraffic): number {
    return numberIn(this.#releaseStatement.get(this.site(site), release, version, start, start), 'id');
  }

  forget(): void {
    this.#sites.clear();
    this.#assets.clear();
  }
}

function remembered(known: Map<string, number>, key: string, make: () => number): number {
  const id = known.get(key) ?? make();
  known.set(key, id);
  return id;
}
