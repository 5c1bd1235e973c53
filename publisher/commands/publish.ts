/** `shoal publish` */

import { resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type { Mode } from '../../manifests/index.ts';
import { listFiles, listText } from '../list.ts';
import { preparePublish, publish } from '../publish.ts';
import { reportText } from '../report.ts';
import { offline, preparationText } from './offline.ts';
import { progressFor, say } from './shared.ts';

/** `on`: everything; `http-only`: workers stand aside; `uninstall`: they remove themselves and their caches. */
const modes = ['on', 'http-only', 'uninstall'] as const satisfies readonly Mode[];

/** The command. */
export function publishCommand() {
  return new Command('publish')
    .description(
      'Hash, sign and write a release of DIR into DIR. The head, which visitors look at, comes last.',
    )
    .argument('<dir>', 'folder that your site is built into')
    .option('--inject', 'put the tag into every HTML file that lacks it')
    .option('--list', 'only say of each file whether it is in the release, and why')
    .option('--dry-run', 'work everything out, write nothing')
    .addOption(new Option('--mode <mode>', 'what workers do from now on (default: as before)').choices(modes))
    .option('--at <time>', 'time of the release, ISO 8601 (default: SOURCE_DATE_EPOCH, or now)')
    .option(...offline.prepare)
    .option(...offline.finish)
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'report as JSON')
    .action(async (dir, { inject, list, dryRun, mode, at, prepare, finish, config, json }) => {
      const where = config === undefined ? {} : { config };
      if (list === true) {
        const listed = await listFiles({ dir, ...where });
        say(json, listed, listText(listed));
        return;
      }
      const options = {
        dir,
        ...where,
        inject: inject === true,
        dryRun: dryRun === true,
        ...(mode === undefined ? {} : { mode }),
        ...(at === undefined ? {} : { at }),
        ...(finish === undefined ? {} : { finish: resolve(finish) }),
        progress: progressFor(json),
      };
      if (prepare !== undefined) {
        const prepared = await preparePublish(options, resolve(prepare));
        say(
          json,
          { path: prepared.path, prepared: prepared.request !== undefined },
          preparationText(prepared),
        );
        return;
      }
      const report = await publish(options);
      say(json, report, reportText(report));
    });
}
