/** The engine is a module of its own, fetched only by the page that hosts the swarm. */

import type { Swarm, SwarmOptions } from './swarm/options.ts';

export type StartSwarm = (options: SwarmOptions) => Swarm;

/** Who is elected and gets no engine in this time hands the office on: an import cannot be cancelled. */
const timeoutMs = 20_000;

/**
 * Loads it; `undefined` where the page's policy or the network says no, something else is there, or it takes
 * too long.
 */
export async function loadEngine(url: string): Promise<StartSwarm | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), timeoutMs));
  try {
    const module: unknown = await Promise.race([import(url), late]);
    return isEngine(module) ? module.startSwarm : undefined;
  } catch {
    return undefined;
  }
}

function isEngine(module: unknown): module is { readonly startSwarm: StartSwarm } {
  return (
    typeof module === 'object' &&
    module !== null &&
    'startSwarm' in module &&
    typeof module.startSwarm === 'function'
  );
}
