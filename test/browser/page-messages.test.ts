/** What a page says to the worker outside of the protocol, or against it. */
import { expect, it } from 'vitest';
import { answeredByWorker } from '../support/answered.ts';
import { stats } from '../support/shoal-site.ts';
import { inEachBrowser, siteForSuite } from '../support/stage.ts';
import { expectEverything } from '../support/visits.ts';

const files = {
  'index.html':
    '<!doctype html><title>site</title><link rel="icon" href="data:,"><script src="/shoal.js" async></script>',
  'app.js': 'document.documentElement.lang = "ran";\n',
  'style.css': 'body { color: teal }\n',
};
const everything = ['/app.js', '/style.css'];

inEachBrowser((kind) => {
  const { visits } = siteForSuite(files, { kind });

  it('[G11] 10,000 messages of a page that mean nothing, or something else, change nothing', async () => {
    const { page, visitor } = await visits.fresh();
    await expectEverything(page, files);
    const before = await stats(page);
    await page.evaluate(async () => {
      const words = [
        'host',
        'waits',
        'state',
        'release',
        'head',
        'mode',
        'uninstall',
        'webtorrent',
        'port',
        '__proto__',
      ];
      const values = [
        null,
        undefined,
        NaN,
        -1,
        1e308,
        '',
        'x'.repeat(1_000),
        [],
        {},
        [[[[]]]],
        new Date(),
        new Map([['t', 1]]),
      ];
      let seed = 1;
      const pick = <T>(list: readonly T[]): T | undefined =>
        list[(seed = (seed * 48_271) % 2_147_483_647) % list.length];
      for (let i = 0; i < 10_000; i++) {
        const { port1, port2 } = new MessageChannel();
        const message: Record<string, unknown> = { t: `${pick(words)}${i % 3 === 0 ? '' : '!'}` };
        if (message['t'] === 'host') message['t'] = 'harvest';
        for (let field = i % 5; field > 0; field--) message[String(pick(words))] = pick(values);
        if (message['t'] === 'harvest')
          message['loaded'] = pick([...values, [{ url: 1 }, { url: 'x', ms: -1 }]]);
        const whole = i % 7 === 0 ? pick(values) : message;
        const stream = new ReadableStream();
        if (i % 11 === 0) navigator.serviceWorker.controller?.postMessage({ ...message, stream }, [stream]);
        else if (i % 2 === 0) navigator.serviceWorker.controller?.postMessage(whole, [port2]);
        else navigator.serviceWorker.controller?.postMessage(whole);
        port1.postMessage({ t: 'chunk', id: i, chunk: 0, bytes: new ArrayBuffer(10) });
        if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
    });
    expect(await answeredByWorker(page, files)).toEqual(everything);
    const next = await visits.again(visitor);
    const { mode, release } = await stats(next.page);
    expect({ mode, release }).toEqual({ mode: before.mode, release: before.release });
    expect(await answeredByWorker(next.page, files)).toEqual(everything);
  });
});
