/** Files that were changed on the server after the release was signed: the site must go on as it would without us. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestInPage, sha256 } from '../support/shoal-site.ts';
import { siteForSuite } from '../support/stage.ts';
import { connected, expectEverything, failuresOf, keptDigests, statsAfter } from '../support/visits.ts';

const signed = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'same-length.txt': 'signed\n'.repeat(1_000),
  'longer.txt': 'signed\n',
  'shorter.txt': 'signed\n'.repeat(10),
  'gone.txt': 'signed and then emptied\n',
  'large-middle.bin': randomBytes(400_000),
  'large-longer.bin': randomBytes(4 * 65_536),
  'large-shorter.bin': randomBytes(400_000),
};
const unsigned = {
  'same-length.txt': 'wrong!\n'.repeat(1_000),
  'longer.txt': 'signed\nand more\n',
  'shorter.txt': 'signed\n',
  'gone.txt': '',
  'large-middle.bin': Buffer.concat([
    signed['large-middle.bin'].subarray(0, 200_000),
    randomBytes(100),
    signed['large-middle.bin'].subarray(200_100),
  ]),
  'large-longer.bin': Buffer.concat([signed['large-longer.bin'], randomBytes(100)]),
  'large-shorter.bin': signed['large-shorter.bin'].subarray(0, 399_999),
};

const stage = siteForSuite(signed);
const { visits } = stage;

async function changeAll(): Promise<void> {
  for (const [path, content] of Object.entries(unsigned))
    await writeFile(join(stage.site.dir, path), content);
}

describe('an asset that the origin serves otherwise than it was signed', () => {
  it('is answered from the cache and from peers as it was signed', async () => {
    const before = await visits.fresh();
    await expectEverything(before.page, signed);
    await changeAll();
    await expectEverything(before.page, signed);
    const { page } = await visits.fresh();
    await connected(page, 1);
    await expectEverything(page, signed);
    expect((await statsAfter(page, signed)).httpBytes).toBe(0);
    expect(await failuresOf(page)).toEqual([]);
  });

  it.each(Object.entries(unsigned))(
    'is answered as the origin has it, not kept, and told: %s',
    async (path, content) => {
      await changeAll();
      const { page } = await visits.fresh();
      expect(await digestInPage(page, `/${path}`)).toBe(sha256(content));
      await expect.poll(() => failuresOf(page)).toEqual(['origin-mismatch']);
      expect(await keptDigests(page)).toEqual([]);
    },
  );

  it('is right again after the next release', async () => {
    await stage.site.release(unsigned);
    const { page } = await visits.fresh();
    await expectEverything(page, { ...signed, ...unsigned });
    expect(await failuresOf(page)).toEqual([]);
  });
});
