/** `shoal revoke`, `rollback`, `disable` and `enable`: a new head, or an old tree. */

import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { changeHead, prepareChange, type ChangeReport } from '../change-head.ts';
import { PublisherError } from '../errors.ts';
import { prepareRevoke, revoke } from '../revoke.ts';
import { prepareRollback, rollback } from '../rollback.ts';
import { disableUnsigned, enable } from '../switch.ts';
import { offline, preparationText } from './offline.ts';
import { progressFor, say } from './shared.ts';

/** Raise the floor. */
export function revokeCommand() {
  return new Command('revoke')
    .description('Never let anybody be shown this release, or an older one, again.')
    .argument('<release>', 'first digits of its SHA-256, or its time')
    .argument('<dir>', 'published folder')
    .option(...offline.prepare)
    .option(...offline.finish)
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'report as JSON')
    .action(async (release, dir, { prepare, json, ...flags }) => {
      const options = { dir, ...given(flags) };
      if (prepare === undefined) report(json, await revoke(options, release));
      else sayPrepared(json, await prepareRevoke(options, release, resolve(prepare)));
    });
}

/** An old tree as a new release. */
export function rollbackCommand() {
  return new Command('rollback')
    .description('Publish an old release again, as a new one. DIR must hold its files.')
    .argument(
      '<release>',
      'first digits of its SHA-256, its time, a release file, or a folder or URL that has it',
    )
    .argument('<dir>', 'folder with the old version, built again')
    .option('--revoke-newer', 'also revoke every release up to now')
    .option('--inject', 'put the tag into every HTML file that lacks it')
    .option(...offline.prepare)
    .option(...offline.finish)
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'report as JSON')
    .action(async (release, dir, { prepare, json, revokeNewer, inject, ...flags }) => {
      const options = {
        dir,
        release,
        revokeNewer: revokeNewer === true,
        inject: inject === true,
        progress: progressFor(json),
        ...given(flags),
      };
      if (prepare === undefined) report(json, await rollback(options));
      else sayPrepared(json, await prepareRollback(options, resolve(prepare)));
    });
}

/** Stand aside. */
export function disableCommand() {
  return new Command('disable')
    .description('Make workers stand aside: every request goes to the origin.')
    .argument('<dir>', 'published folder')
    .option('--uninstall', 'make workers remove themselves and what they kept instead')
    .option('--unsigned', 'without any key: write the emergency file shoal/disable')
    .option(...offline.prepare)
    .option(...offline.finish)
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'report as JSON')
    .action(async (dir, { uninstall, unsigned, prepare, json, ...flags }) => {
      if (unsigned === true) {
        if (uninstall === true) throw cannotBoth();
        const { written } = await disableUnsigned(dir);
        say(
          json,
          { written },
          `Wrote ${dir}/${written.join()}. Deploy it: workers that find it stand aside.`,
        );
        return;
      }
      const options = { dir, ...given(flags) };
      const wish = () => ({ mode: uninstall === true ? 'uninstall' : 'http-only' }) as const;
      if (prepare === undefined) report(json, await changeHead(options, wish));
      else sayPrepared(json, await prepareChange(options, wish, resolve(prepare)));
    });
}

/** And back. */
export function enableCommand() {
  return new Command('enable')
    .description('Let workers do everything again; takes the emergency file away, too.')
    .argument('<dir>', 'published folder')
    .option(...offline.prepare)
    .option(...offline.finish)
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'report as JSON')
    .action(async (dir, { prepare, json, ...flags }) => {
      const options = { dir, ...given(flags) };
      if (prepare === undefined) report(json, await enable(options));
      else sayPrepared(json, await prepareChange(options, () => ({ mode: 'on' }), resolve(prepare)));
    });
}

function given({ config, finish }: { config?: string | undefined; finish?: string | undefined }): {
  config?: string;
  finish?: string;
} {
  return {
    ...(config === undefined ? {} : { config }),
    ...(finish === undefined ? {} : { finish: resolve(finish) }),
  };
}

function sayPrepared(json: true | undefined, preparation: Parameters<typeof preparationText>[0]): void {
  say(
    json,
    { path: preparation.path, prepared: preparation.request !== undefined },
    preparationText(preparation),
  );
}

function report(json: true | undefined, { head, ...rest }: ChangeReport & { removed?: string[] }): void {
  const lines = [
    `Mode ${head.mode}, release of ${new Date(head.release.v).toISOString()} (${head.release.sha256.slice(0, 16)})`,
    `Revoked: ${head.floor === 0 ? 'none' : `everything before ${new Date(head.floor).toISOString()}`}`,
    ...(rest.removed ?? []).map((path) => `Removed ${path}: remove it from the server, too`),
    ...rest.warnings.map((warning) => `warning  ${warning}`),
    rest.written.length === 0
      ? 'Nothing changed'
      : `Wrote ${rest.written.length} files. Deploy them, shoal/head.json last, and commit .shoal/history/.`,
  ];
  say(json, { head, ...rest }, lines.join('\n'));
}

function cannotBoth(): PublisherError {
  return new PublisherError(
    'usage',
    'the emergency file cannot uninstall: nobody signed it',
    'Use `shoal disable --uninstall` with the head key, or see "Removing Shoal for good" in docs/operations.md.',
  );
}
