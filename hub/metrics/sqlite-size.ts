/** How large the database may become, and what goes first. */

import type { DatabaseSync } from 'node:sqlite';
import { numberIn } from './sqlite-rows.ts';
import { dayMs, hourMs, minuteMs } from './traffic.ts';

/** All that hold rows of a minute, an hour and a day. */
export const trafficTables = [
  'site_traffic',
  'asset_traffic',
  'failure',
  'group_traffic',
  'page_time',
] as const;

const keptMinutesMs = 48 * hourMs;
const keptAssetHoursMs = 35 * dayMs;
/** Longer than any beacon is under way. */
const keptBeaconsMs = 10 * minuteMs;
/** Above this share of its largest size, details go before their time. */
const crowdedShare = 0.8;

/** From now on a write beyond this size fails; a database that is larger already does not grow. */
export function limitSize(database: DatabaseSync, limitBytes: number): void {
  const pages = Math.floor(limitBytes / pragma(database, 'page_size'));
  // The largest number of pages that SQLite has.
  database.exec(`PRAGMA max_page_count = ${Math.min(Math.max(pages, 1), 4_294_967_294)}`);
}

/** Deletes what has had its time, and more where it gets crowded: single assets first, sums of the site never. */
export function prune(database: DatabaseSync, nowMs: number): void {
  for (const table of trafficTables) drop(database, table, minuteMs, nowMs - keptMinutesMs);
  drop(database, 'asset_traffic', hourMs, nowMs - keptAssetHoursMs);
  database.prepare('DELETE FROM recent_beacon WHERE at < ?').run(nowMs - keptBeaconsMs);
  const earlier = [
    ['asset_traffic', minuteMs, 2 * hourMs],
    ['page_time', minuteMs, 2 * hourMs],
    ['asset_traffic', hourMs, 7 * dayMs],
    ['asset_traffic', dayMs, 35 * dayMs],
    ['page_time', hourMs, 7 * dayMs],
  ] as const;
  for (const [table, step, keptMs] of earlier) {
    if (usedShare(database) < crowdedShare) return;
    drop(database, table, step, nowMs - keptMs);
  }
}

function drop(
  database: DatabaseSync,
  table: (typeof trafficTables)[number],
  step: number,
  before: number,
): void {
  database
    .prepare(`DELETE FROM ${table} WHERE site IN (SELECT id FROM site) AND step = ? AND start < ?`)
    .run(step, before);
}

function usedShare(database: DatabaseSync): number {
  const used = pragma(database, 'page_count') - pragma(database, 'freelist_count');
  return used / pragma(database, 'max_page_count');
}

function pragma(database: DatabaseSync, name: string): number {
  return numberIn(database.prepare(`PRAGMA ${name}`).get(), name);
}
