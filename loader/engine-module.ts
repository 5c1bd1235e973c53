/** The engine is a module of its own, fetched only by the page that hosts the swarm. */

import type { Swarm, SwarmOptions } from './swarm/options.ts';

type StartSwarm = (options: SwarmOptions) => Swarm;

/** Loads it; `undefined` where the page's policy or the network says no, or something else is there. */
export async function loadEngine(url: string): Promise<StartSwarm | undefined> {
  try {
    const module: unknown = await import(url);
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
