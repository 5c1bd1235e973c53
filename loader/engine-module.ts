/** The engine is a module of its own, fetched only by the page that hosts the swarm. */

import type { Swarm, SwarmOptions } from './swarm/options.ts';

/** Loads it; `undefined` where the page's policy or the network says no. */
export async function loadEngine(url: string): Promise<((options: SwarmOptions) => Swarm) | undefined> {
  try {
    const module: { readonly startSwarm: (options: SwarmOptions) => Swarm } = await import(url);
    return module.startSwarm;
  } catch {
    return undefined;
  }
}
