/** Runs a hub with the options of its argument (JSON); tells its parent where, and what it costs. */

import { startHub, type StartHubOptions } from '../../hub/index.ts';
import * as v from 'valibot';

const options = v.custom<StartHubOptions>((value) => typeof value === 'object' && value !== null);
const problems: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (thrown: unknown) => problems.push(String(thrown)));
}

const running = await startHub(v.parse(options, JSON.parse(process.argv[2] ?? '')));
process.on('message', () => {
  // The flavor gives back to the operating system what V8 keeps for later.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rss, heapUsed, external, problems });
});
process.on('disconnect', () => process.exit());
process.send?.({ url: running.url });
