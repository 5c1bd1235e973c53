/** A hub in a process of its own, started by hub-child.ts: what it costs and whether it lives is its own. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { HubOptions } from '../../hub/index.ts';
import { site, type PublishedSite } from './fixture.ts';

const child = fileURLToPath(new URL('./hub-child.ts', import.meta.url));

const started = v.object({ url: v.string() });
const memory = v.object({
  rss: v.number(),
  heapUsed: v.number(),
  external: v.number(),
  problems: v.array(v.string()),
});
/** Bytes after a full garbage collection, and what went wrong unheard. */
export type Memory = v.InferOutput<typeof memory>;

export class HubProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#child = process;
  }

  static async start(
    published: PublishedSite,
    { port = 0, ...more }: Partial<Omit<HubOptions, 'log' | 'clock'>> & { port?: number } = {},
  ): Promise<HubProcess> {
    const options = {
      port,
      databasePath: ':memory:',
      sites: [{ site, swarmId: published.swarmId, source: { dir: published.dir } }],
      ...more,
    };
    const forked = fork(child, [JSON.stringify(options)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { url } = v.parse(started, await nextMessage(forked));
    return new HubProcess(url, forked);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async memory(): Promise<Memory> {
    this.#child.send('memory');
    return v.parse(memory, await nextMessage(this.#child));
  }

  /** Text of `metrics`. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.url}metrics`)).text();
  }

  /** Sum of a metric over its labels. */
  async metric(name: string): Promise<number> {
    const lines = (await this.metrics()).split('\n').filter((line) => /^\w+/.exec(line)?.[0] === name);
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve));
}
