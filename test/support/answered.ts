/** Who answers a page: nobody but the worker has an asset's digest as its entity tag. */
import type { Page } from 'puppeteer';
import type { Files } from './shoal-site.ts';
import { expectedOf, expectEverything } from './visits.ts';

/** The paths that the worker answers. All assets are asked for, and their bytes must be right, whoever answers. */
export async function answeredByWorker(page: Page, files: Files): Promise<string[]> {
  await expectEverything(page, files);
  return page.evaluate(
    async (paths) => {
      const tags = paths.map(async (path) => [path, (await fetch(path)).headers.get('etag') ?? ''] as const);
      return (await Promise.all(tags)).filter(([, tag]) => /^"[\w-]{43}"$/.test(tag)).map(([path]) => path);
    },
    Object.keys(expectedOf(files)),
  );
}
