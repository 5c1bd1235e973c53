/** What an open page fetches ahead of a release that peers told it of: from them, within limits, and not while it is busy itself. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { answeredByWorker } from '../support/answered.ts';
import { digestInPage, sha256 } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { expectEverything, failuresOf, keptDigests, type Visit } from '../support/visits.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'map.bin': randomBytes(300_000),
  'sea.bin': randomBytes(150_000),
  'film.bin': randomBytes(900_000),
};
const limitBytes = 600_000;

inEachBrowser((kind) => {
  const stage = siteForSuite(files, { kind, swarm: { prefetchBytesPerRelease: limitBytes } });
  const { visits } = stage;

  async function connected({ page }: Visit): Promise<void> {
    await page.waitForFunction(() => (window.shoal?.stats().peers ?? 0) > 0);
  }

  it('what has changed and fits is there before the next navigation, and the origin has not been asked for it', async () => {
    const first = await visits.fresh();
    const second = await visits.fresh();
    for (const visit of [first, second]) await connected(visit);
    await expectEverything(second.page, { 'sea.bin': files['sea.bin'] });
    const next = { 'map.bin': randomBytes(300_000), 'film.bin': randomBytes(900_000) };
    await stage.site.release(next);
    await first.page.reload();
    await connected(first);
    await expectEverything(first.page, next);
    // The server counts an answer when all of it has gone out, which the page may see first.
    await expect
      .poll(() => stage.site.served().map(({ path }) => path))
      .toEqual(expect.arrayContaining(Object.keys(next).map((path) => `/${path}`)));
    stage.site.forget();

    const map = sha256(next['map.bin']);
    await expect
      .poll(async () => (await keptDigests(second.page)).map(({ key }) => key), { timeout: 30_000 })
      .toContain(map);
    const asked = stage.site.served().map(({ path }) => path);
    expect(asked.filter((path) => path.endsWith('.bin'))).toEqual([]);
    // Whoever gives opens the pack's torrent when somebody asks for it.
    expect(asked.filter((path) => path.endsWith('.torrent')).length).toBeLessThanOrEqual(1);
    const kept = await keptDigests(second.page);
    for (const { key, digest } of kept) expect(digest).toBe(key);
    expect(kept.map(({ key }) => key)).not.toContain(sha256(next['film.bin']));

    stage.site.forget();
    await second.page.reload();
    expect(await answeredByWorker(second.page, { 'map.bin': next['map.bin'] })).toEqual(['/map.bin']);
    expect(await digestInPage(second.page, '/map.bin')).toBe(map);
    expect(stage.site.served().map(({ path }) => path)).not.toContain('/map.bin');
    expect(await failuresOf(second.page)).toEqual([]);
  }, 90_000);

  it('is found also by a page that was opened on the new release before', async () => {
    const first = await visits.fresh();
    const second = await visits.fresh();
    for (const visit of [first, second]) await connected(visit);
    const next = { 'sea.bin': randomBytes(150_000) };
    await stage.site.release(next);
    const tab = await visits.again(second.visitor);
    await second.page.bringToFront();
    await first.page.reload();
    await connected(first);
    await expectEverything(first.page, next);
    const sea = sha256(next['sea.bin']);
    await expect
      .poll(async () => (await keptDigests(second.page)).map(({ key }) => key), { timeout: 30_000 })
      .toContain(sea);
    stage.site.forget();
    expect(await digestInPage(tab.page, '/sea.bin')).toBe(sea);
    expect(stage.site.served().map(({ path }) => path)).not.toContain('/sea.bin');
  }, 90_000);
});
