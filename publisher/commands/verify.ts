/** `shoal verify` */

import { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../errors.ts';
import { formatBytes } from '../progress.ts';
import { verify, type VerifyReport } from '../verify/verify.ts';
import { progressFor, say } from './shared.ts';

/** The command. */
export function verifyCommand() {
  return new Command('verify')
    .description('Is what is deployed what was signed? Exit code 1 when it is not.')
    .argument('<target>', 'published folder, or URL of a site')
    .option(
      '--fingerprint <hex>',
      'root fingerprint to expect (default: that of .shoal/root/1.json, if it is here)',
    )
    .option('--base <path>', 'path that the site is served under')
    .option('--config <file>', 'configuration (default: shoal.config.json, if it is here)')
    .option('--json', 'report as JSON')
    .action(async (target, { json, ...options }) => {
      const report = await verify({ target, ...options, progress: progressFor(json) });
      say(json, report, verifyText(report));
      if (!report.ok) process.exitCode = exitCodes.different;
    });
}

function verifyText(report: VerifyReport): string {
  const { findings, release, fingerprint } = report;
  const lines = findings.map(
    ({ severity, path, problem }) => `${severity === 'error' ? 'WRONG ' : 'advice'}  ${path} ${problem}`,
  );
  if (fingerprint !== undefined) lines.push(`Root ${fingerprint} (${comparison(report)})`);
  if (release !== undefined) lines.push(`Release of ${new Date(release.v).toISOString()}, ${release.sha256}`);
  const wrongs = findings.filter(({ severity }) => severity === 'error').length;
  lines.push(
    report.ok
      ? `Everything is as it was signed: ${report.checkedAssets} assets, ${formatBytes(report.checkedBytes)}`
      : `${wrongs} ${wrongs === 1 ? 'thing is' : 'things are'} not as signed. Publish and deploy again; if nobody changed anything, find out who did.`,
  );
  return lines.join('\n');
}

function comparison({ rootComparedWith }: VerifyReport): string {
  switch (rootComparedWith) {
    case 'own':
      return 'compared with .shoal/root/1.json';
    case 'given':
      return 'compared with --fingerprint';
    case 'unknown':
      return 'taken on trust: give --fingerprint to compare';
  }
}
