/** Starts the browsers that tests, benchmarks and the demo drive, each with a fresh profile. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, launch } from 'puppeteer';
import { ensureBrowser, findFirefox } from './ensure-browser.ts';

/** How a browser is started; everything may be left out. */
export interface LaunchOptions {
  /** Kept after the browser is closed; without it a fresh profile is made, and removed at the end. */
  readonly profileDir?: string;
  /** Further arguments of the command line. */
  readonly args?: readonly string[];
  /**
   * Arguments of puppeteer's own to leave out, or `true` for all of them. By default puppeteer turns off the
   * throttling of background pages (`--disable-background-timer-throttling`,
   * `--disable-backgrounding-occluded-windows`, `--disable-renderer-backgrounding`) and the back-forward cache
   * (`--disable-back-forward-cache`): leave these out for pages that are to live as with a person.
   */
  readonly ignoreDefaultArgs?: boolean | readonly string[];
  /** The browser's program; by default the one that `ensureBrowser` finds. */
  readonly executablePath?: string;
  /** Speaks with Chromium through pipes: it may be in another network than we are. */
  readonly pipe?: boolean;
}

/** A running browser. `close` also removes a profile that was made for it, and ends it where it hangs. */
export interface RunningBrowser {
  readonly browser: Browser;
  readonly profileDir: string;
  readonly close: () => Promise<void>;
}

/**
 * Quiet, and able to run as root in a container. Peers in tests have local addresses only: these are
 * given in the clear (mDNS names need a multicast-capable network), and reached without a permission prompt
 * (https://github.com/WICG/local-network-access).
 */
const chromiumArgs = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
];
const disabledFeatures = [
  'WebRtcHideLocalIpsWithMdns',
  'LocalNetworkAccessChecks',
  'LocalNetworkAccessChecksWebRTC',
];

/** As for Chromium: addresses in the clear, since mDNS names need a multicast-capable network. */
const firefoxPrefs = { 'media.peerconnection.ice.obfuscate_host_addresses': false };

const startTimeoutMs = 60_000;
const closeTimeoutMs = 10_000;

/** Starts Chromium or Chrome. @throws Error when there is none and none can be installed. */
export async function launchChromium(options: LaunchOptions = {}): Promise<RunningBrowser> {
  const executablePath = options.executablePath ?? (await ensureBrowser());
  return withProfile(options, (userDataDir) =>
    launch({
      browser: 'chrome',
      executablePath,
      userDataDir,
      timeout: startTimeoutMs,
      pipe: options.pipe ?? false,
      ignoreDefaultArgs: ignored(options),
      args: [...chromiumArgs, `--disable-features=${disabledFeatures.join(',')}`, ...(options.args ?? [])],
    }),
  );
}

/** Starts Firefox, or resolves to undefined where there is none. */
export async function launchFirefox(
  options: LaunchOptions & { readonly prefs?: Readonly<Record<string, unknown>> } = {},
): Promise<RunningBrowser | undefined> {
  const executablePath = options.executablePath ?? (await findFirefox());
  if (executablePath === undefined) return undefined;
  return withProfile(options, (userDataDir) =>
    launch({
      browser: 'firefox',
      executablePath,
      userDataDir,
      timeout: startTimeoutMs,
      ignoreDefaultArgs: ignored(options),
      args: [...(options.args ?? [])],
      extraPrefsFirefox: { ...firefoxPrefs, ...options.prefs },
    }),
  );
}

function ignored({ ignoreDefaultArgs = false }: LaunchOptions): boolean | string[] {
  return typeof ignoreDefaultArgs === 'boolean' ? ignoreDefaultArgs : [...ignoreDefaultArgs];
}

async function withProfile(
  { profileDir }: LaunchOptions,
  start: (profileDir: string) => Promise<Browser>,
): Promise<RunningBrowser> {
  const folder = profileDir ?? (await mkdtemp(join(tmpdir(), 'shoal-browser-')));
  const removeProfile = async (): Promise<void> => {
    if (profileDir !== undefined) return;
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const browser = await start(folder);
    return {
      browser,
      profileDir: folder,
      close: async () => {
        await closeOrKill(browser);
        await removeProfile();
      },
    };
  } catch (error) {
    await removeProfile();
    throw error;
  }
}

async function closeOrKill(browser: Browser): Promise<void> {
  const timer = setTimeout(() => browser.process()?.kill('SIGKILL'), closeTimeoutMs);
  try {
    await browser.close();
  } catch {
    browser.process()?.kill('SIGKILL');
  } finally {
    clearTimeout(timer);
  }
}
