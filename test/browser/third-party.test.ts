import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  launch,
  newVisitor,
  type RunningBrowser,
  type VisitedPage,
  type Visitor,
} from '../support/browser.ts';
import { recordDeliveries, lossesOf } from '../support/deliveries.ts';
import { startShoalSite, stats, type ShoalSite } from '../support/shoal-site.ts';
import { packageFiles } from '../support/third-party/packages.ts';
import { monacoPage, openApi, pdfPage, swaggerPage } from '../support/third-party/pages.ts';
import { smallPdf } from '../support/third-party/pdf.ts';

const shownMs = 30_000;
let site: ShoalSite;
let packages: Record<string, Uint8Array>;
let browser: RunningBrowser;
let visitors: Visitor[] = [];

beforeAll(async () => {
  packages = Object.assign(
    {},
    // Without translations, and without the one language whose tools weigh 13 MB.
    await packageFiles(
      'monaco-editor/min/vs',
      'monaco/vs',
      (path) => !/^(?:nls|assets|language\/typescript)\/(?:lang|ts\.worker)/.test(path),
    ),
    await packageFiles('pdfjs-dist', 'pdfjs', (path) =>
      /^(?:build\/.*\.min\.mjs|cmaps|standard_fonts|wasm)/.test(path),
    ),
    await packageFiles('swagger-ui-dist', 'swagger', (path) =>
      /^swagger-ui(?:-bundle|-standalone-preset)?\.(?:js|css)$/.test(path),
    ),
  );
  site = await startShoalSite(
    {
      ...packages,
      'monaco-page/index.html': monacoPage,
      'pdf/index.html': pdfPage,
      'pdf/document.pdf': smallPdf(),
      'swagger-page/index.html': swaggerPage,
      'swagger-page/openapi.json': JSON.stringify(openApi),
    },
    { inject: true },
  );
  browser = await launch();
}, 120_000);

afterEach(async () => {
  for (const visitor of visitors) await visitor.close();
  visitors = [];
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** The first visitor and, while that one is still there, a second one, in fresh contexts. */
async function twoVisits(path: string, name: string, works: (page: Page) => Promise<void>): Promise<void> {
  const swarmBytes: number[] = [];
  for (const number of [1, 2]) {
    const { page, log, screenshot } = await visit(path);
    try {
      await works(page);
    } finally {
      await screenshot(`third-party-${name}-${number}`);
      expect(log.problems()).toEqual([]);
    }
    const got = await stats(page);
    console.log(
      `${name}, visitor ${number}: ${got.swarmBytes} bytes from peers, ${got.httpBytes} from the origin`,
    );
    expect(got.rejectedBytes).toBe(0);
    swarmBytes.push(got.swarmBytes);
    if (number === 2) expect(got.swarmBytes, await lossesOf(page)).toBeGreaterThan(got.httpBytes);
  }
  expect(swarmBytes[0]).toBe(0);
}

async function visit(path: string): Promise<VisitedPage> {
  const visitor = await newVisitor({ isolated: 'context', browser });
  visitors.push(visitor);
  const visited = await visitor.open();
  await recordDeliveries(visited.page);
  await visited.page.goto(site.origin + path, { waitUntil: 'load' });
  return visited;
}

describe('a site made of packages as they are', () => {
  it('is published without touching a byte of them', async () => {
    for (const [path, bytes] of Object.entries(packages)) {
      expect((await readFile(join(site.dir, path))).equals(bytes), path).toBe(true);
    }
    expect(Object.keys(packages).length).toBeGreaterThan(200);
  });

  it('starts the Monaco editor, its workers included, for two visitors', async () => {
    await twoVisits('/monaco-page/', 'monaco', async (page) => {
      await page.waitForSelector('.view-lines .view-line', { timeout: shownMs });
      const text = await page.$eval('.view-lines', (lines) => lines.textContent.replaceAll('\u00a0', ' '));
      expect(text).toContain('"fish": "herring"');
      // The mark is put there by what the JSON worker says of the document.
      await page.waitForSelector('.squiggly-error', { timeout: shownMs });
    });
  }, 120_000);

  it('shows a PDF on a canvas, drawn by PDF.js and its worker, to two visitors', async () => {
    await twoVisits('/pdf/', 'pdf', async (page) => {
      await page.waitForSelector('canvas[data-text]', { timeout: shownMs });
      const text = await page.$eval('canvas', (canvas) => canvas.dataset['text']);
      expect(text).toContain('Herring swim in shoals.|');
      expect(text).toContain('\u9b5a\u306e\u7fa4\u308c');
      const seen = await page.$eval('canvas', coloursOf);
      // The box, the image's waves, and what is neither.
      expect(seen.box).toEqual([13, 89, 115]);
      expect(seen.colours).toBeGreaterThan(100);
      expect(seen.paper).toEqual([255, 255, 255]);
      expect(seen.inked).toBeGreaterThan(500);
    });
  }, 120_000);

  it('lists the operations of an API with Swagger UI for two visitors', async () => {
    await twoVisits('/swagger-page/', 'swagger', async (page) => {
      await page.waitForSelector('.opblock', { timeout: shownMs });
      const operations = await page.$$eval('.opblock-summary', (blocks) =>
        blocks.map((block) => [
          block.querySelector('.opblock-summary-method')?.textContent,
          block.querySelector('.opblock-summary-path')?.textContent.replaceAll('\u200b', ''),
        ]),
      );
      expect(operations).toEqual([
        ['GET', '/boats'],
        ['POST', '/boats'],
        ['DELETE', '/boats/{name}'],
      ]);
      expect(await page.$eval('.info .title', (title) => title.textContent)).toContain('Harbour');
    });
  }, 120_000);
});

/** Runs in the page: what is on the canvas, at 1.5 pixels a point. */
function coloursOf(canvas: HTMLCanvasElement): {
  box: number[];
  paper: number[];
  colours: number;
  inked: number;
} {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the canvas has no 2D context');
  const at = (x: number, y: number): number[] => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)];
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set<number>();
  for (let i = 0; i < data.length; i += 4) {
    colours.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
  }
  // Where the line of text is: the page's origin is at the bottom.
  const line = context.getImageData(45, 60, 420, 40).data;
  let inked = 0;
  for (let i = 0; i < line.length; i += 4) if ((line[i] ?? 255) < 128) inked++;
  return { box: at(60, 390), paper: at(5, 5), colours: colours.size, inked };
}
