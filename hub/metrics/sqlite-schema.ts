import type { DatabaseSync } from 'node:sqlite';
import { HubError } from '../errors.ts';

/**
 * One script a version, never changed once released. Every traffic table holds each figure three
 * times, in rows of a minute, an hour and a day (`step`, milliseconds): nothing has to be rolled up
 * later, and minutes can be deleted at any time.
 */
const versions: readonly string[] = [
  `
  CREATE TABLE site (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, origin_known INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE release (
    id INTEGER PRIMARY KEY, site INTEGER NOT NULL REFERENCES site, sha256 TEXT NOT NULL,
    version INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    UNIQUE (site, sha256)
  ) STRICT;
  CREATE TABLE asset (
    id INTEGER PRIMARY KEY, site INTEGER NOT NULL REFERENCES site, path TEXT NOT NULL, UNIQUE (site, path)
  ) STRICT;
  CREATE TABLE site_traffic (
    site INTEGER NOT NULL REFERENCES site, step INTEGER NOT NULL, start INTEGER NOT NULL,
    http INTEGER NOT NULL, swarm INTEGER NOT NULL, cache INTEGER NOT NULL,
    discarded INTEGER NOT NULL, rejected INTEGER NOT NULL, uploaded INTEGER NOT NULL,
    first_visits INTEGER NOT NULL, repeat_visits INTEGER NOT NULL,
    origin_asset INTEGER NOT NULL, origin_other INTEGER NOT NULL, origin_requests INTEGER NOT NULL,
    PRIMARY KEY (site, step, start)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE asset_traffic (
    site INTEGER NOT NULL REFERENCES site, step INTEGER NOT NULL, start INTEGER NOT NULL,
    release INTEGER NOT NULL REFERENCES release, asset INTEGER NOT NULL REFERENCES asset,
    requests INTEGER NOT NULL, http INTEGER NOT NULL, swarm INTEGER NOT NULL, cache INTEGER NOT NULL,
    discarded INTEGER NOT NULL, rejected INTEGER NOT NULL, total_ms INTEGER NOT NULL,
    PRIMARY KEY (site, step, start, release, asset)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE failure (
    site INTEGER NOT NULL REFERENCES site, step INTEGER NOT NULL, start INTEGER NOT NULL,
    code TEXT NOT NULL, count INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    PRIMARY KEY (site, step, start, code)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE load_time (
    site INTEGER NOT NULL REFERENCES site, step INTEGER NOT NULL, start INTEGER NOT NULL,
    visit TEXT NOT NULL, swarm TEXT NOT NULL, bucket INTEGER NOT NULL,
    count INTEGER NOT NULL, total_ms INTEGER NOT NULL,
    PRIMARY KEY (site, step, start, visit, swarm, bucket)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE recent_beacon (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE site_traffic ADD COLUMN outliers INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE site_traffic ADD COLUMN outlier_bytes INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE group_traffic (
    site INTEGER NOT NULL REFERENCES site, step INTEGER NOT NULL, start INTEGER NOT NULL, grp TEXT NOT NULL,
    loads INTEGER NOT NULL, http INTEGER NOT NULL, swarm INTEGER NOT NULL, cache INTEGER NOT NULL,
    discarded INTEGER NOT NULL, rejected INTEGER NOT NULL,
    PRIMARY KEY (site, step, start, grp)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE page_time (
    site INTEGER NOT NULL REFERENCES site, step INTEGER NOT NULL, start INTEGER NOT NULL,
    grp TEXT NOT NULL, visit TEXT NOT NULL, swarm TEXT NOT NULL, measure TEXT NOT NULL,
    bucket INTEGER NOT NULL, count INTEGER NOT NULL, total_ms INTEGER NOT NULL,
    PRIMARY KEY (site, step, start, grp, visit, swarm, measure, bucket)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO page_time SELECT site, step, start, 'swarm', visit, swarm, 'load', bucket, count, total_ms
    FROM load_time;
  DROP TABLE load_time;
  `,
];

/** The sums of `asset_traffic`, without the two that only single assets have. */
export const sourceColumns = ['http', 'swarm', 'cache', 'discarded', 'rejected'] as const;

/** The sums of `site_traffic`, in the order in which they are written. */
export const siteColumns = [
  ...sourceColumns,
  'uploaded',
  'first_visits',
  'repeat_visits',
  'origin_asset',
  'origin_other',
  'origin_requests',
  'outliers',
  'outlier_bytes',
] as const;

/** Brings a database to the newest version, step by step. Throws {@link HubError} `database`. */
export function migrate(database: DatabaseSync): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (found > versions.length) {
    throw new HubError(
      'database',
      `the metrics database has version ${found}, this hub knows ${versions.length}: use a newer Shoal`,
    );
  }
  for (const [i, script] of versions.entries()) {
    if (i < found) continue;
    database.exec(`BEGIN IMMEDIATE; ${script} PRAGMA user_version = ${i + 1}; COMMIT;`);
  }
}
