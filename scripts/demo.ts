/**
 * `npm run demo [-- --once] [-- --port N] [-- --visitors N]`: builds everything, publishes the demo site, serves it with
 * the hub on one port, and sends a few real visitors through it.
 */
import { parseArgs } from 'node:util';
import { findBrowser } from './ensure-browser.ts';
import { build } from './build.ts';
import { publishDemo } from './demo/site.ts';
import { costTable, readCosts } from './demo/table.ts';
import { sendVisitors } from './demo/visitors.ts';
import { isMain } from './root.ts';

const usage = `Usage: npm run demo -- [options]

  --once          end after the table; exit code 0 only when peers delivered something
  --port N        port of site and hub (8080, or the next free one)
  --visitors N    how many visitors to send, one after the other (3; 0: none)
`;

if (isMain(import.meta.url)) process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === undefined) return 2;
  await build();
  say('Assembling and publishing the demo site ...');
  const demo = await publishDemo(options.port);
  say(`\n  Site       ${demo.serving.url}\n  Dashboard  ${demo.serving.hubUrl}dashboard/\n`);
  try {
    const offloaded = await visit(demo, options.visitors);
    if (options.once) return offloaded ? 0 : 1;
    say('Serving until Ctrl-C. Open the site in two browsers to see one load from the other.');
    await interrupted();
    return 0;
  } finally {
    await demo.serving.close();
  }
}

/** Sends visitors and prints what they cost; whether peers delivered anything. */
async function visit(demo: Awaited<ReturnType<typeof publishDemo>>, count: number): Promise<boolean> {
  if (count === 0) return false;
  if ((await findBrowser()) === undefined) {
    say('No browser was found, so no visitors are sent. Install Chromium or Chrome to see some.');
    return false;
  }
  const visits = await sendVisitors(demo.serving.url, count, say);
  const costs = readCosts(visits, demo.serving.originCounts(), demo.isAsset);
  say(costTable(costs));
  return costs.swarmBytes > 0;
}

interface Options {
  readonly once: boolean;
  readonly port: number;
  readonly visitors: number;
}

function readOptions(argv: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        once: { type: 'boolean', default: false },
        port: { type: 'string', default: '8080' },
        visitors: { type: 'string', default: '3' },
        help: { type: 'boolean', default: false },
      },
    });
    const [port, visitors] = [Number(values.port), Number(values.visitors)];
    const isRight = port >= 0 && port < 65_536 && visitors >= 0 && visitors <= 20;
    if (!values.help && isRight && Number.isInteger(port) && Number.isInteger(visitors)) {
      return { once: values.once, port, visitors };
    }
  } catch {
    // An unknown option: the usage says which there are.
  }
  process.stderr.write(usage);
  return undefined;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
