/**
 * Finds the browsers that tests and the demo drive, and gets one where there is none:
 * `node scripts/run.mjs ensure-browser [--firefox]` prints their paths.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isMain, root } from './root.ts';
import { command } from './steps.ts';

const chromium: Kind = {
  browser: 'chrome',
  variables: ['SHOAL_CHROMIUM', 'PUPPETEER_EXECUTABLE_PATH'],
  commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
  places: [
    '/usr/bin/chromium',
    '/usr/lib/chromium/chromium',
    '/snap/bin/chromium',
    '/opt/google/chrome/chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
};

const firefox: Kind = {
  browser: 'firefox',
  variables: ['SHOAL_FIREFOX'],
  commands: ['firefox', 'firefox-esr'],
  places: ['/usr/bin/firefox-esr', '/snap/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
};

/** Resolves to the path of a Chromium or Chrome that starts, or to undefined. Installs nothing, prints nothing. */
export function findBrowser(): Promise<string | undefined> {
  return find(chromium);
}

/** Resolves to the path of a Firefox that starts, or to undefined. */
export function findFirefox(): Promise<string | undefined> {
  return find(firefox);
}

/**
 * Resolves to the path of a Chromium or Chrome, installed now if need be: puppeteer's own download,
 * else, for root on Debian and its kin, the system's package. Bounded by about ten minutes.
 * @throws Error that says what to install.
 */
export async function ensureBrowser(): Promise<string> {
  const path =
    (await findBrowser()) ??
    (await findAfter(chromium, download)) ??
    (await findAfter(chromium, installPackage));
  if (path !== undefined) return path;
  throw new Error(
    'No browser was found, and none could be installed. Do one of these and run this again:\n' +
      '  - install Chromium or Chrome (Debian, Ubuntu: `sudo apt-get install chromium`)\n' +
      '  - `npx puppeteer browsers install chrome`\n' +
      '  - set SHOAL_CHROMIUM to the path of the one that you have',
  );
}

/** Like `ensureBrowser` for Firefox, from the system's package only; undefined where it is not to be had. */
export async function ensureFirefox(): Promise<string | undefined> {
  return (await findFirefox()) ?? (await findAfter(firefox, () => aptInstall('firefox-esr')));
}

/** Tells tests which browsers there are; without Firefox, they are Chromium's alone. */
export async function browserEnv(): Promise<Readonly<Record<string, string>>> {
  const firefoxPath = await findFirefox();
  return {
    SHOAL_CHROMIUM: await ensureBrowser(),
    ...(firefoxPath === undefined ? {} : { SHOAL_FIREFOX: firefoxPath }),
  };
}

interface Kind {
  readonly browser: 'chrome' | 'firefox';
  readonly variables: readonly string[];
  readonly commands: readonly string[];
  readonly places: readonly string[];
}

async function find(kind: Kind): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    ...kind.variables.flatMap((name) => process.env[name] ?? []),
    ...(await ownCache(kind)),
    ...kind.commands.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...kind.places,
  ];
  for (const path of candidates) {
    if (isProgram(path) && (await starts(path))) return path;
  }
  return undefined;
}

/** Where puppeteer keeps the browser it downloads; the file may not be there. */
async function ownCache({ browser }: Kind): Promise<string[]> {
  try {
    const { executablePath } = await import('puppeteer');
    return [await executablePath({ browser })];
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A downloaded browser may lack libraries of the system: only one that tells its version will do. */
function starts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: 20_000 }, (error) => resolve(error === null));
  });
}

async function findAfter(kind: Kind, install: () => Promise<void>): Promise<string | undefined> {
  try {
    await install();
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  }
  return find(kind);
}

/** Quiet: where it fails, puppeteer prints two pages of usage around the one line that counts. */
function download(): Promise<void> {
  console.log("No browser found: trying puppeteer's own download (up to 3 minutes).");
  const cli = `${root}node_modules/puppeteer/lib/puppeteer/node/cli.js`;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [cli, 'browsers', 'install', 'chrome'],
      { timeout: 180_000, cwd: root },
      (error, _, stderr) => {
        if (error === null) resolve();
        else reject(new Error(`The download failed: ${/Provider: (.+)/.exec(stderr)?.[1] ?? error.message}`));
      },
    );
  });
}

async function installPackage(): Promise<void> {
  await aptInstall('chromium');
}

async function aptInstall(name: string): Promise<void> {
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) return;
  console.log(`Installing the system's package ${name}.`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await command('apt-get', ['update', '-q'], { env, timeoutMs: 120_000 });
  await command('apt-get', ['install', '-y', '-q', '--no-install-recommends', name], {
    env,
    timeoutMs: 300_000,
  });
}

if (isMain(import.meta.url)) {
  try {
    console.log(`Chromium: ${await ensureBrowser()}`);
    if (process.argv.includes('--firefox')) {
      console.log(`Firefox: ${(await ensureFirefox()) ?? 'none; tests that need it are left out'}`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
