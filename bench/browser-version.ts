import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureBrowser } from '../scripts/ensure-browser.ts';

/** `Chromium 156.0...`, as the browser's own program says. */
export async function browserVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)(await ensureBrowser(), ['--version'], { timeout: 20_000 });
  return /^\S+(?: \S+)*? [\d.]+/.exec(stdout.trim())?.[0] ?? stdout.trim();
}
