/** `shoal diff` */

import { Command } from '@commander-js/extra-typings';
import { diff, type Change, type DiffReport } from '../diff/diff.ts';
import { exitCodes } from '../errors.ts';
import { formatBytes } from '../progress.ts';
import { say } from './shared.ts';

/** The command. */
export function diffCommand() {
  return new Command('diff')
    .description(
      'What changes from one release to another, and what a returning visitor fetches. Exit code 1: they differ.',
    )
    .argument('<old>', 'published folder, URL, or release file')
    .argument('<new>', 'published folder, URL, or release file')
    .option('--json', 'report as JSON')
    .action(async (oldTarget, newTarget, { json }) => {
      const report = await diff(oldTarget, newTarget);
      say(json, report, diffText(report));
      const count = report.added.length + report.removed.length + report.changed.length;
      if (count > 0) process.exitCode = exitCodes.different;
    });
}

function diffText(report: DiffReport): string {
  const lines = [
    ...report.added.map((change) => line('+', change)),
    ...report.removed.map((change) => line('-', change)),
    ...report.changed.map((change) => line('~', change)),
    `${report.added.length} added, ${report.removed.length} removed, ${report.changed.length} changed, ${report.same} same`,
    `packs: ${report.packs.kept.length} kept, ${report.packs.added.length} new, ${report.packs.dropped.length} dropped`,
    `a returning visitor fetches ${formatBytes(report.returningVisitorBytes)} (${report.returningVisitorBytes} B) of ${formatBytes(report.newVisitorBytes)}`,
  ];
  return lines.join('\n');
}

function line(sign: string, { path, bytes }: Change): string {
  return `${sign} ${formatBytes(bytes).padStart(9)}  ${path}`;
}
