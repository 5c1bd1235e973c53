/** `shoal hub` */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { jsonLogger, startHub } from '../../hub/index.ts';
import { loadProject } from '../config/load.ts';
import { hubOptionsOf } from '../serve/hub-options.ts';
import { untilStopped, wholeNumber } from './shared.ts';

/** The command. */
export function hubCommand() {
  return new Command('hub')
    .description(
      'Run the hub: tracker, metrics and dashboard. Settings are in the `hub` section of the configuration.',
    )
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--port <number>', 'TCP port (default: hub.port)', wholeNumber('--port', 0, 65_535))
    .option('--host <address>', 'address to listen on (default: hub.host)')
    .option('--dir <dir>', 'published folder to read releases from (default: the site itself)')
    .action(async ({ config: file, port, host, dir }) => {
      const project = await loadProject(file);
      const { hub } = project.config;
      const options = await hubOptionsOf(project, {
        prefix: prefixOf(hub.url),
        ...(dir === undefined ? {} : { dir }),
      });
      await mkdir(dirname(options.databasePath), { recursive: true });
      const running = await startHub({
        ...options,
        host: host ?? hub.host,
        port: port ?? hub.port,
        log: jsonLogger((line) => process.stderr.write(line)),
      });
      process.stdout.write(
        `Hub        ${running.url}\nDashboard  ${running.url}dashboard/\nStop with Ctrl-C.\n`,
      );
      await untilStopped();
      await running.close();
    });
}

/** The path that pages ask: a proxy in front can then pass requests on as they are. */
function prefixOf(url: string | null): string {
  return url === null ? '/' : new URL(url, 'http://localhost').pathname;
}
