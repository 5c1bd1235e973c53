/** What a run of `shoal publish` did, for people and for scripts. */

import type { ReleaseRef } from '../manifests/index.ts';
import type { HashedSite } from './hash/hash-site.ts';
import type { LabelledFile } from './labels/label.ts';
import { formatBytes } from './progress.ts';
import type { History } from './release/history.ts';
import type { Edition } from './release/seal.ts';

/** Numbers are counts or, where the name says so, bytes. */
export interface PublishReport {
  /**
   * `published`: a new release. `renewed`: the same release, a new head (its date was running out, or
   * the keys changed). `restored`: the same release and head, files of Shoal written again (the folder
   * was built anew, or the configuration changed). `unchanged`: nothing was written.
   */
  readonly status: 'published' | 'renewed' | 'restored' | 'unchanged';
  readonly dryRun: boolean;
  readonly site: string;
  readonly release: ReleaseRef;
  /** The head's sequence number: milliseconds since the epoch. */
  readonly seq: number;
  readonly files: { readonly total: number; readonly listed: number; readonly shared: number };
  readonly listedBytes: number;
  readonly sharedBytes: number;
  readonly packs: { readonly total: number; readonly kept: number; readonly added: number };
  readonly hashedFiles: number;
  readonly hashedBytes: number;
  /** HTML files that the tag was put into. */
  readonly injected: readonly string[];
  /** HTML files whose `integrity` attributes changed. */
  readonly withIntegrity: readonly string[];
  /** The header field for pages, if a WAICT manifest is there. */
  readonly waictHeader?: string;
  /** Files written, relative to the folder, in order (`dryRun`: that would be). */
  readonly written: readonly string[];
  readonly warnings: readonly string[];
  /** Fingerprint of root 1: what visitors' browsers trust. */
  readonly fingerprint: string;
}

/** Sums a run up. */
export function reportOf(run: {
  readonly dryRun: boolean;
  readonly edition: Edition;
  readonly history: History;
  readonly labelled: readonly LabelledFile[];
  readonly hashed: HashedSite;
  readonly injected: readonly string[];
  readonly withIntegrity: readonly string[];
  readonly waictHeader: string | undefined;
  readonly written: readonly string[];
  readonly warnings: readonly string[];
  readonly fingerprint: string;
}): PublishReport {
  const { edition, labelled, hashed } = run;
  const shared = labelled.filter(({ label }) => label === 'shared');
  const before = new Set(run.history.releases[0]?.release.packs.map(({ ih }) => ih));
  const packs = edition.release.release.packs;
  const kept = packs.filter(({ ih }) => before.has(ih)).length;
  return {
    status: statusOf(edition, run.written),
    dryRun: run.dryRun,
    site: edition.head.site,
    release: edition.release.ref,
    seq: edition.head.seq,
    files: { total: labelled.length, listed: hashed.files.length, shared: shared.length },
    listedBytes: bytesOf(hashed.files.map(({ labelled: file }) => file)),
    sharedBytes: bytesOf(shared),
    packs: { total: packs.length, kept, added: packs.length - kept },
    hashedFiles: hashed.hashedFiles,
    hashedBytes: hashed.hashedBytes,
    injected: run.injected,
    withIntegrity: run.withIntegrity,
    ...(run.waictHeader === undefined ? {} : { waictHeader: run.waictHeader }),
    written: run.written,
    warnings: run.warnings,
    fingerprint: run.fingerprint,
  };
}

/** The report in a few lines. */
export function reportText(report: PublishReport): string {
  const { files, packs, release } = report;
  const lines = [
    `${headline(report)} for ${report.site}`,
    `  release   ${new Date(release.v).toISOString()}  ${release.sha256.slice(0, 16)}…`,
    `  files     ${files.total} in the folder, ${files.listed} in the release (${formatBytes(report.listedBytes)}), ${files.shared} shared (${formatBytes(report.sharedBytes)})`,
    `  packs     ${packs.total}: ${packs.kept} as before, ${packs.added} new`,
    `  hashed    ${report.hashedFiles} files, ${formatBytes(report.hashedBytes)} read`,
  ];
  if (report.injected.length > 0) lines.push(`  tag       put into ${report.injected.length} HTML files`);
  if (report.withIntegrity.length > 0)
    lines.push(`  integrity put into ${report.withIntegrity.length} HTML files`);
  if (report.waictHeader !== undefined) lines.push(`  for pages ${report.waictHeader}`);
  return [...lines, ...report.warnings.map((warning) => `  warning   ${warning}`)].join('\n');
}

function headline({ status, dryRun, written }: PublishReport): string {
  switch (status) {
    case 'published':
      return dryRun ? 'Would publish a new release' : 'Published a new release';
    case 'renewed':
      return dryRun ? 'Same content: would sign a new head' : 'Same content: signed a new head';
    case 'restored':
      return `Same release: ${written.length} files ${dryRun ? 'would be' : 'were'} written again`;
    case 'unchanged':
      return 'Nothing changed';
  }
}

function statusOf(edition: Edition, written: readonly string[]): PublishReport['status'] {
  if (edition.isNewRelease) return 'published';
  if (edition.isNewHead) return 'renewed';
  return written.length > 0 ? 'restored' : 'unchanged';
}

function bytesOf(files: readonly LabelledFile[]): number {
  return files.reduce((sum, { file }) => sum + file.stamp.size, 0);
}
