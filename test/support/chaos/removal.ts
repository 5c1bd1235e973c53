/** The removal drill: visitors who have a worker, and an owner who wants it gone. */
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { publish } from '../../../publisher/index.ts';
import { load, type Load } from './page.ts';
import type { Scenario } from './scenario.ts';
import { sideBySide, type World } from './world.ts';

const batch = 10;

export const removal: Scenario = {
  id: 'L17',
  title: 'uninstalling leaves no worker and no cache with any visitor',
  run: async (world, count) => {
    const results: Load[] = [];
    try {
      for (let done = 0; done < count; done += batch) {
        await say(world, 'on');
        const size = Math.min(batch, count - done);
        const visitors = await sideBySide(size, () => world.visits.fresh('/page.html'));
        await say(world, 'uninstall');
        results.push(...(await sideBySide(size, (index) => remove(world, visitors[index]?.page))));
        await world.visits.closeAll();
      }
    } finally {
      await say(world, 'on');
    }
    return results;
  },
};

function say({ site }: World, mode: 'on' | 'uninstall'): Promise<unknown> {
  return publish({ dir: site.dir, config: join(site.folder, 'shoal.config.json'), mode });
}

/** One more load, after which nothing of Shoal may be left. */
async function remove({ front, versions }: World, page: Page | undefined): Promise<Load> {
  if (page === undefined) throw new Error('nobody is there');
  const result = await load(page, `${front.origin}/page.html`, versions);
  const left = await page.evaluate(async () => {
    const leftNow = async (): Promise<string[]> => {
      const workers = await navigator.serviceWorker.getRegistrations();
      return [...workers.map(({ scope }) => scope), ...(await caches.keys())];
    };
    const deadlineMs = performance.now() + 5_000;
    while ((await leftNow()).length > 0 && performance.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return leftNow();
  });
  return { ...result, isWhole: result.isWhole && left.length === 0, missing: [...result.missing, ...left] };
}
