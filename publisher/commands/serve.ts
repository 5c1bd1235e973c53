/** `shoal serve` */

import { join } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { formatBytes } from '../progress.ts';
import { readIfThere } from '../read.ts';
import { headPath } from '../release/layout.ts';
import { serve } from '../serve/serve.ts';
import { untilStopped, wholeNumber } from './shared.ts';

/** The command. */
export function serveCommand() {
  return new Command('serve')
    .description('Serve a published DIR and its hub on one port, to try it out.')
    .argument('<dir>', 'published folder')
    .option('--port <number>', 'TCP port; 0: any free one', wholeNumber('--port', 0, 65_535), 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--pace <bytes>', 'limit of the site in bytes a second', wholeNumber('--pace', 1, 1e12))
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .action(async (dir, { port, host, pace, config }) => {
      const serving = await serve({
        dir,
        port,
        host,
        ...(pace === undefined ? {} : { paceBytesPerSecond: pace }),
        ...(config === undefined ? {} : { config }),
      });
      if ((await readIfThere(join(dir, headPath))) === undefined) {
        process.stderr.write(`${dir} is not published yet: run \`shoal publish ${dir} --inject\`.\n`);
      }
      process.stdout.write(
        `Site       ${serving.url}\nDashboard  ${serving.hubUrl}dashboard/\nStop with Ctrl-C.\n`,
      );
      await untilStopped();
      await serving.close();
      const { requests, bytes } = serving.originCounts();
      process.stdout.write(`Served ${requests} requests, ${formatBytes(bytes)}.\n`);
    });
}
