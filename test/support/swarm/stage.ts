/** A swarm site, a browser and visitors for a suite, in hooks. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { BrowserKind } from '../browser.ts';
import { browserForSuite, started } from '../stage.ts';
import { wirePeersOf, type WirePeer, type WirePeerOptions } from '../wire-peer/wire-peer.ts';
import { startSwarmSite, type SwarmSite } from './site.ts';
import { newSwarmVisitor, type SwarmVisitor } from './visitor.ts';

export interface SwarmStage {
  readonly addPack: SwarmSite['addPack'];
  readonly config: () => SwarmSite['config'];
  /** Somebody new, who leaves after the test; by then nothing may have gone wrong on the page. */
  readonly visitor: () => Promise<SwarmVisitor>;
  /** A scripted peer in the same swarm, which leaves after the test. */
  readonly wirePeer: (options: Omit<WirePeerOptions, 'place'>) => Promise<WirePeer>;
  /** Closes a visitor before the end of the test, whatever went wrong on the page. */
  readonly dismiss: (visitor: SwarmVisitor) => Promise<void>;
}

export function swarmForSuite(kind: BrowserKind = 'chromium'): SwarmStage {
  let site: SwarmSite | undefined;
  beforeAll(async () => {
    site = await startSwarmSite();
  });
  afterAll(() => site?.close());
  const browser = browserForSuite(kind);
  const wirePeer = wirePeersOf(() => started(site).place);
  let visitors: SwarmVisitor[] = [];
  afterEach(async () => {
    const leaving = visitors;
    visitors = [];
    const problems: string[] = [];
    for (const each of leaving) {
      await each.page.evaluate(() => lab.swarm?.stop());
      problems.push(...each.problems());
      await each.close();
    }
    expect(problems).toEqual([]);
  });
  return {
    addPack: (sizes) => started(site).addPack(sizes),
    config: () => started(site).config,
    visitor: async () => {
      const added = await newSwarmVisitor(browser(), started(site));
      visitors.push(added);
      return added;
    },
    wirePeer,
    dismiss: async (visitor) => {
      visitors = visitors.filter((each) => each !== visitor);
      await visitor.close();
    },
  };
}
