/** Node programs of this folder in a host's network: they say something when they are ready, and answer when asked. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as v from 'valibot';
import { root } from '../../scripts/root.ts';
import type { Host } from './lab.ts';

const timeoutMs = 20_000;
const hello = v.object({ hubUrl: v.string() });
const sent = v.object({
  bytes: v.number(),
  paths: v.array(v.object({ path: v.string(), requests: v.number(), bytes: v.number() })),
});
const roundTrips = v.array(v.nullable(v.number()));

export interface WideOrigin {
  readonly hubUrl: string;
  /** What was sent so far: as `Serving.originCounts`. */
  counts(): Promise<{
    readonly bytes: number;
    readonly paths: ReadonlyMap<string, { requests: number; bytes: number }>;
  }>;
}

/** Serves a published site from a host. */
export async function startOrigin(
  host: Host,
  dir: string,
  config: string,
  port: number,
): Promise<WideOrigin> {
  const child = start(host, 'origin', [dir, config, host.address, String(port)]);
  const { hubUrl } = v.parse(hello, await next(child));
  return {
    hubUrl,
    counts: async () => {
      const { bytes, paths } = v.parse(sent, await ask(child));
      return { bytes, paths: new Map(paths.map(({ path, ...counted }) => [path, counted])) };
    },
  };
}

const echoPort = 7;

/** Own traffic of a host with another one: gives the round trips since it was last asked; lost ones are `null`. */
export async function startProbe(
  host: Host,
  elsewhere: Host,
): Promise<() => Promise<readonly (number | null)[]>> {
  const place = [elsewhere.address, String(echoPort)];
  await next(start(elsewhere, 'echo', place));
  const child = start(host, 'probe', place);
  await next(child);
  return async () => v.parse(roundTrips, await ask(child));
}

function start(host: Host, name: string, args: readonly string[]): ChildProcess {
  return host.spawn(process.execPath, [`${root}bench/net/${name}.ts`, ...args], 'ipc');
}

async function ask(child: ChildProcess): Promise<unknown> {
  const answer = next(child);
  child.send('?');
  return answer;
}

async function next(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  child.once('exit', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(timeoutMs)]);
  const messages: readonly unknown[] = await once(child, 'message', { signal });
  return messages[0];
}
