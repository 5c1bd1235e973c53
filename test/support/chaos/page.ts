/** The site of the chaos tests, and what one load of its page came to. */
import { createHash } from 'node:crypto';
import type { Page } from 'puppeteer';
import { type Files, sha256 } from '../shoal-site.ts';

/** How one load went, by the page's own account. */
export interface Load {
  /** Everything that belongs to the page was there, and right. */
  readonly isWhole: boolean;
  /** What the page got that nobody has published. */
  readonly corrupted: readonly string[];
  /** What it did not get, for the message. */
  readonly missing: readonly string[];
  /** The largest paint; 0 where the browser tells none. */
  readonly lcpMs: number;
  /** Until the last asset was there. */
  readonly completeMs: number;
}

interface Account {
  readonly ran: string;
  readonly styled: string;
  readonly width: number;
  readonly digests: Readonly<Record<string, string>>;
  readonly errors: readonly string[];
  readonly lcpMs: number;
  readonly completeMs: number;
}

declare global {
  interface Window {
    readonly account?: Promise<Account>;
  }
}

const tag = '<script src="/shoal.js" async></script>';
/** Its visitor has another tab that hosts the swarm. */
const guestTag = '<script src="/shoal.js" async data-swarm="off"></script>';

/** Runs before anything is loaded, and gives its account after everything was. */
const observer = (paths: readonly string[]): string => `
  const errors = [];
  addEventListener('error', ({ target }) => {
    const url = target.src ?? target.href ?? 'script';
    // Without its tag, and without a mirror that it has a way around, a page is whole.
    if (!/\\/shoal\\.js$|\\/mirror\\//.test(url)) errors.push(url);
  }, true);
  let lcpMs = 0;
  new PerformanceObserver((list) => { for (const { startTime } of list.getEntries()) lcpMs = startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  const digest = async (path) => {
    try {
      const response = await fetch(path);
      if (!response.ok) return 'status ' + response.status;
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
    } catch (error) { return String(error); }
  };
  const digestAll = async (paths) => Promise.all(paths.map(async (path) => [path, await digest(path)]));
  window.account = new Promise((resolve) => addEventListener('load', async () => {
    const data = await digestAll(${JSON.stringify(paths.filter((path) => path.startsWith('/data/')))});
    const completeMs = performance.now();
    const seen = await digestAll(${JSON.stringify(paths.filter((path) => !path.startsWith('/data/')))});
    resolve({
      errors, lcpMs, completeMs,
      digests: Object.fromEntries([...data, ...seen]),
      ran: document.documentElement.lang,
      styled: getComputedStyle(document.documentElement).getPropertyValue('--version').trim(),
      width: document.querySelector('img').naturalWidth,
    });
  }));`;

/** A version of the site. Versions differ in every asset but one. */
export function versionOf(version: string): Files {
  const assets = assetsOf(version);
  const paths = Object.keys(assets).map((path) => `/${path}`);
  const page = (head: string, from = '', more = ''): string =>
    `<!doctype html><html><meta charset="utf-8"><title>${version}</title><link rel="icon" href="data:,">` +
    `<script>${observer(paths)}${more}</script>${head}${elements(assets, from)}` +
    '<h1>Chaos</h1><img src="/hero.svg" width="600" height="400">';
  return {
    ...assets,
    'mirror/style.css': assets['style.css'],
    'mirror/app.js': assets['app.js'],
    'host.html': `<!doctype html><title>host</title><link rel="icon" href="data:,">${tag}`,
    'page.html': page(guestTag),
    'plain.html': page(''),
    // What stands in front of the server lets browsers keep this one.
    'kept.html': page(guestTag),
    'mirror.html': page(tag, '/mirror', wayAround),
  };
}

function assetsOf(version: string) {
  return {
    'style.css': `:root { --version: ${version} } body { font: 16px serif } /* ${noise(`${version} css`, 4_000)} */`,
    'app.js': `document.documentElement.lang = '${version}'; // ${noise(`${version} js`, 16_000)}\n`,
    'hero.svg':
      '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"><rect width="600" height="400" fill="teal"/>' +
      `<text y="50">${version}</text><!-- ${noise(`${version} hero`, 50_000)} --></svg>`,
    'data/large.bin': noise(`${version} large`, 200_000),
    'data/small.txt': noise(`${version} small`, 3_000),
    'data/same.bin': noise('same', 100_000),
  };
}

/** From a mirror, style and script have integrity attributes. */
function elements(assets: ReturnType<typeof assetsOf>, from: string): string {
  const integrity = (text: string): string =>
    from === '' ? '' : ` integrity="sha256-${createHash('sha256').update(text).digest('base64')}"`;
  return (
    `<link rel="stylesheet" href="${from}/style.css"${integrity(assets['style.css'])}>` +
    `<script src="${from}/app.js"${integrity(assets['app.js'])}></script>`
  );
}

/** What an owner with a mirror does: where it fails, the origin is asked. */
const wayAround = `
  addEventListener('error', ({ target }) => {
    if (target.integrity === undefined || !target.integrity) return;
    const again = document.createElement(target.localName);
    if (again.localName === 'link') again.rel = 'stylesheet';
    const name = again.localName === 'link' ? 'href' : 'src';
    again[name] = target[name].replace('/mirror', '');
    document.head.append(again);
  }, true);`;

/** Letters that look like nothing, the same for the same seed. */
function noise(seed: string, length: number): string {
  let text = '';
  for (let i = 0; text.length < length; i++)
    text += createHash('sha512').update(`${seed} ${i}`).digest('base64');
  return text.slice(0, length);
}

const digests = new Map<string, ReadonlyMap<string, string>>();

function digestsOfVersion(version: string): ReadonlyMap<string, string> {
  const known =
    digests.get(version) ??
    new Map(Object.entries(versionOf(version)).map(([path, content]) => [`/${path}`, sha256(content)]));
  digests.set(version, known);
  return known;
}

/** Loads a page and judges it against the versions that were published. */
export async function load(page: Page, url: string, versions: readonly string[]): Promise<Load> {
  try {
    await page.goto(url, { waitUntil: 'load', timeout: 30_000 });
    const account = await page.evaluate(async () => window.account);
    if (account === undefined) return failed('the page itself');
    return judge(account, versions);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function failed(reason: string): Load {
  return { isWhole: false, corrupted: [], missing: [reason], lcpMs: 0, completeMs: 0 };
}

function judge(account: Account, versions: readonly string[]): Load {
  const published = versions.map(digestsOfVersion);
  const isDigest = /^[0-9a-f]{64}$/;
  const corrupted: string[] = [];
  const missing = [...account.errors];
  for (const [path, digest] of Object.entries(account.digests)) {
    if (!isDigest.test(digest)) missing.push(`${path}: ${digest}`);
    else if (!published.some((right) => right.get(path) === digest)) corrupted.push(`${path}: ${digest}`);
  }
  for (const [what, value] of [
    ['script', account.ran],
    ['style', account.styled],
  ] as const) {
    if (value === '') missing.push(what);
    else if (!versions.includes(value)) corrupted.push(`${what}: ${value}`);
  }
  if (account.width !== 600) missing.push('picture');
  const isWhole = corrupted.length === 0 && missing.length === 0;
  return { isWhole, corrupted, missing, lcpMs: account.lcpMs, completeMs: account.completeMs };
}
