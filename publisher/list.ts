/** `shoal publish --list`: what would be done with each file, and why. */

import { resolve } from 'node:path';
import { loadProject } from './config/load.ts';
import { labelFiles, type Label } from './labels/label.ts';
import { formatBytes } from './progress.ts';
import { walk } from './walk/walk.ts';

/** One file, or folder that was not looked into. */
export interface ListedFile {
  readonly path: string;
  readonly label: Label | 'ignored';
  readonly reason: string;
  readonly bytes: number;
  readonly contentType?: string;
  readonly immutable?: boolean;
}

/** Looks at a folder and writes nothing. @throws PublisherError. */
export async function listFiles(options: {
  readonly dir: string;
  readonly config?: string;
}): Promise<ListedFile[]> {
  const { config } = await loadProject(options.config);
  const { files, ignored } = await walk(resolve(options.dir), config.ignore);
  const labelled = labelFiles(files, config).map(({ file, label, reason, contentType, immutable }) => ({
    path: file.path,
    label,
    reason,
    bytes: file.stamp.size,
    contentType,
    immutable,
  }));
  return [
    ...labelled,
    ...ignored.map(({ path, reason }) => ({ path, label: 'ignored' as const, reason, bytes: 0 })),
  ];
}

/** A table, and the sums below it. */
export function listText(files: readonly ListedFile[]): string {
  const rows = files.map(({ path, label, reason, bytes, immutable }) =>
    [
      label.padEnd(7),
      formatBytes(bytes).padStart(9),
      `${path}${immutable === true ? ' (immutable)' : ''}`,
      reason,
    ].join('  '),
  );
  const sums = (['shared', 'listed', 'out', 'ignored'] as const).map((label) => {
    const of = files.filter((file) => file.label === label);
    return `${label}: ${of.length} (${formatBytes(of.reduce((sum, { bytes }) => sum + bytes, 0))})`;
  });
  return [...rows, '', sums.join('   '), legend].join('\n');
}

const legend =
  'shared: verified, and peers may deliver it. listed: verified, never from peers. out: plain HTTP only.';
