import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFirefox } from '../../scripts/ensure-browser.ts';
import { launch, launchFirefox, newVisitor, type RunningBrowser } from '../support/browser.ts';
import { freePort } from '../support/ports.ts';

const html = `<!doctype html><title>page</title><link rel="icon" href="data:,">
<script>
  const visits = Number(localStorage.getItem('visits') ?? 0) + 1;
  localStorage.setItem('visits', visits);
  document.title = String(visits);
</script>`;

let site: Server;
let url: string;
let browser: RunningBrowser;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  site = createServer((request, response) => {
    if (request.url === '/') response.setHeader('content-type', 'text/html').end(html);
    else if (request.url === '/cut') response.destroy();
    else response.writeHead(404).end();
  }).listen(port, '127.0.0.1');
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  site?.closeAllConnections();
  site?.close();
});

describe('a visitor', () => {
  it('finds nothing that another one left, and their own things again', async () => {
    const first = await newVisitor({ isolated: 'context', browser });
    const second = await newVisitor({ isolated: 'context', browser });
    const titles = [];
    for (const visitor of [first, second, first]) titles.push(await (await visitor.open(url)).page.title());
    expect(titles).toEqual(['1', '1', '2']);
    await first.close();
    await second.close();
  });

  it('leaves no profile behind when their browser is closed', async () => {
    const running = await launch();
    expect(existsSync(running.profileDir)).toBe(true);
    await running.close();
    expect(existsSync(running.profileDir)).toBe(false);
  });
});

describe('the log of a page', () => {
  it('holds console errors, exceptions and failed requests', async () => {
    const visitor = await newVisitor({ isolated: 'context', browser });
    const { page, log } = await visitor.open(url);
    expect(log.problems()).toEqual([]);
    await page.evaluate(async () => {
      console.error('told');
      setTimeout(() => {
        throw new Error('uncaught');
      });
      await fetch('/cut').catch(() => undefined);
    });
    await expect.poll(() => log.pageErrors.length).toBe(1);
    expect(log.consoleErrors[0]).toContain('told');
    expect(log.pageErrors[0]).toContain('uncaught');
    expect(log.failedRequests).toEqual([`GET ${url}cut: net::ERR_EMPTY_RESPONSE`]);
    await visitor.close();
  });
});

describe('two pages on this machine', () => {
  it('can open a data channel to each other', async () => {
    const visitor = await newVisitor({ isolated: 'context', browser });
    const { page, screenshot } = await visitor.open(url);
    const heard = await page.evaluate(async () => {
      const [caller, callee] = [new RTCPeerConnection(), new RTCPeerConnection()];
      caller.onicecandidate = ({ candidate }) => void callee.addIceCandidate(candidate ?? undefined);
      callee.onicecandidate = ({ candidate }) => void caller.addIceCandidate(candidate ?? undefined);
      const channel = caller.createDataChannel('test');
      const message = new Promise<unknown>((resolve) => {
        callee.ondatachannel = (event) => {
          event.channel.onmessage = ({ data }: MessageEvent<unknown>) => resolve(data);
        };
      });
      channel.onopen = () => channel.send('hello');
      await caller.setLocalDescription();
      await callee.setRemoteDescription(caller.localDescription ?? { type: 'rollback' });
      await callee.setLocalDescription();
      await caller.setRemoteDescription(callee.localDescription ?? { type: 'rollback' });
      return message;
    });
    expect(heard).toBe('hello');
    expect((await readFile(await screenshot('support'))).subarray(1, 4).toString()).toBe('PNG');
    await visitor.close();
  });
});

describe.runIf((await findFirefox()) !== undefined)('Firefox', () => {
  it('opens a page and leaves no profile behind', async () => {
    const running = await launchFirefox();
    if (running === undefined) throw new Error('Firefox was found, but is not started');
    const page = await running.browser.newPage();
    await page.goto(url);
    expect(await page.title()).toBe('1');
    await running.close();
    expect(existsSync(running.profileDir)).toBe(false);
  });
});
