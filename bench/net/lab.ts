/**
 * A wide area on this machine: hosts in network namespaces, each behind an access line of its own, joined by the
 * switch in `switch.c`. Linux, root, `ip` (iproute2) and a C compiler are needed. Everything is removed by
 * `close`, or when the process ends; what a killed process left is removed by the next one.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSwitch, type LineCounters } from './switch.ts';

/** An access line; rates of 0 are unlimited. */
export interface AccessLine {
  readonly upMbit: number;
  readonly downMbit: number;
  /** One direction: the round trip between two hosts is twice the sum of theirs. */
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  /** Waiting after which a line drops what comes (drop-tail); 0: never. */
  readonly queueMs: number;
}

export interface Host {
  readonly address: string;
  /** A program that runs its arguments in the host's network, for instance as a browser's path. */
  wrapperOf(program: string): Promise<string>;
  /** Starts a program in the host's network; it ends with the lab. */
  spawn(program: string, args: readonly string[], stdio: 'ignore' | 'ipc'): ChildProcess;
}

export interface Lab {
  /** In the order of the lines. */
  readonly hosts: readonly Host[];
  /** What went through the lines so far, in the same order. */
  counters(): Promise<readonly LineCounters[]>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const prefix = 'shoal-wide-';

/** @throws Error that says what is missing on this machine. */
export async function startLab(lines: readonly AccessLine[]): Promise<Lab> {
  await checkMachine();
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const names = lines.map((_, i) => `${prefix}${process.pid}-${i}`);
  const children: ChildProcess[] = [];
  const remove = (): void => {
    for (const child of children) child.kill('SIGKILL');
    for (const name of names) removeNamespace(name);
    rmSync(folder, { recursive: true, force: true });
  };
  const giveUp = (): void => process.exit(130);
  const forget = (): void => {
    process.off('exit', remove).off('SIGINT', giveUp).off('SIGTERM', giveUp);
  };
  process.once('exit', remove).once('SIGINT', giveUp).once('SIGTERM', giveUp);
  try {
    for (const name of names) await run('ip', ['netns', 'add', name]);
    const lineWords = lines.map((line, i) => `${names[i] ?? ''}:${lineWord(line)}`);
    const network = await startSwitch(folder, lineWords);
    children.push(network.child);
    for (const [i, name] of names.entries()) await bringUp(name, i, lines.length);
    return {
      hosts: names.map((name, i) => hostOf(name, addressOf(i), folder, children)),
      counters: () => network.counters(),
      close: async () => {
        forget();
        await Promise.all([network.close(), ...children.map(ended)]);
        remove();
      },
    };
  } catch (error) {
    forget();
    remove();
    throw error;
  }
}

function hostOf(name: string, address: string, folder: string, children: ChildProcess[]): Host {
  return {
    address,
    wrapperOf: async (program) => {
      const path = join(folder, name);
      await writeFile(path, `#!/bin/sh\nexec ip netns exec ${name} '${program}' "$@"\n`);
      await chmod(path, 0o755);
      return path;
    },
    spawn: (program, args, stdio) => {
      const child = spawn('ip', ['netns', 'exec', name, program, ...args], {
        stdio: stdio === 'ipc' ? ['ignore', 'ignore', 'inherit', 'ipc'] : ['ignore', 'ignore', 'inherit'],
      });
      children.push(child);
      return child;
    },
  };
}

async function bringUp(name: string, place: number, count: number): Promise<void> {
  // Without link-local addresses: browsers would offer them to each other, too.
  await run('ip', ['-n', name, 'link', 'set', 'wide0', 'addrgenmode', 'none']);
  await run('ip', ['-n', name, 'addr', 'add', `${addressOf(place)}/24`, 'dev', 'wide0']);
  for (const device of ['lo', 'wide0']) await run('ip', ['-n', name, 'link', 'set', device, 'up']);
  // Where nothing leads out, Chromium thinks that it has no address to give to peers.
  await run('ip', ['-n', name, 'route', 'add', 'default', 'dev', 'wide0']);
  // In the wide area nobody asks for an address by ARP, which would cost the first packet a round trip more.
  for (let other = 0; other < count; other++) {
    const station = `02:00:00:00:00:${other.toString(16).padStart(2, '0')}`;
    const neighbour = ['neigh', 'replace', addressOf(other), 'lladdr', station, 'dev', 'wide0'];
    if (other !== place) await run('ip', ['-n', name, ...neighbour, 'nud', 'permanent']);
  }
}

function addressOf(place: number): string {
  return `10.77.0.${place + 1}`;
}

function lineWord({ upMbit, downMbit, delayMs, jitterMs, lossPercent, queueMs }: AccessLine): string {
  return [upMbit * 1e3, downMbit * 1e3, delayMs * 1e3, jitterMs * 1e3, lossPercent * 1e4, queueMs].join(':');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exit;
  clearTimeout(patience);
}

async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('Network namespaces need Linux.');
  if (process.getuid?.() !== 0) throw new Error('Network namespaces need root: run this as root.');
  if (!existsSync('/dev/net/tun')) throw new Error('There is no /dev/net/tun: the kernel needs TUN/TAP.');
  await run('ip', ['-V']).catch(() => {
    throw new Error('There is no `ip`: install iproute2.');
  });
}

/** Namespaces of a bench process that is no more. */
async function removeLeftovers(): Promise<void> {
  const names = await readdir('/var/run/netns').catch(() => []);
  for (const name of names) {
    const [, pid] = /^shoal-wide-(\d+)-\d+$/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeNamespace(name);
  }
}

function removeNamespace(name: string): void {
  try {
    execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  } catch {
    // It was never made, or is gone.
  }
}
