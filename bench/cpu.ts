/** CPU time of a browser: all its processes, from Linux' own books (proc_pid_stat(5)). */
import { readdir, readFile } from 'node:fs/promises';

/** USER_HZ, the unit of these books: 100 on every Linux that browsers run on. */
const ticksPerSecond = 100;

interface ProcessTimes {
  readonly parent: number;
  /** Own time, and that of ended children which were waited for. */
  readonly ticks: number;
}

/** Seconds that a process and its descendants have used so far; `undefined` where there is no `/proc`. */
export async function cpuSecondsOfTree(pid: number | undefined): Promise<number | undefined> {
  const processes = await readProcesses();
  if (processes === undefined || pid === undefined) return undefined;
  const tree = new Set([pid]);
  for (let grown = true; grown;) {
    const before = tree.size;
    for (const [child, { parent }] of processes) if (tree.has(parent)) tree.add(child);
    grown = tree.size > before;
  }
  let ticks = 0;
  for (const member of tree) ticks += processes.get(member)?.ticks ?? 0;
  return ticks / ticksPerSecond;
}

async function readProcesses(): Promise<Map<number, ProcessTimes> | undefined> {
  const names = await readdir('/proc').catch(() => undefined);
  if (names === undefined) return undefined;
  const processes = new Map<number, ProcessTimes>();
  for (const name of names.filter((entry) => /^\d+$/.test(entry))) {
    // It may have ended since the folder was read.
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => undefined);
    if (stat !== undefined) processes.set(Number(name), parseStat(stat));
  }
  return processes;
}

function parseStat(stat: string): ProcessTimes {
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return { parent: field(4), ticks: field(14) + field(15) + field(16) + field(17) };
}
