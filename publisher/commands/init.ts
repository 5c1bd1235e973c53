/** `shoal init` */

import { createInterface } from 'node:readline/promises';
import { Command } from '@commander-js/extra-typings';
import { isOrigin } from '../../manifests/index.ts';
import { PublisherError } from '../errors.ts';
import { init, type InitReport } from '../init.ts';
import { passphrasesFrom } from '../keys/passphrase.ts';
import { say } from './shared.ts';

/** The command. */
export function initCommand() {
  return new Command('init')
    .description('Set a site up in this folder: configuration, keys, first root.')
    .option('--site <url>', 'origin that serves the site, such as https://example.com')
    .option('--encrypt', 'encrypt the key files with a passphrase')
    .option('--yes', 'ask nothing')
    .option('--json', 'say what was made as JSON')
    .action(async ({ site, encrypt, yes, json }) => {
      const origin = originOf(site ?? (await askForSite(yes === true)));
      const passphrase =
        encrypt === true ? await passphrasesFrom(process.env)('New passphrase', true) : undefined;
      const report = await init({ site: origin, ...(passphrase === undefined ? {} : { passphrase }) });
      say(json, report, initText(report));
    });
}

/** Takes `https://example.com/` for what was meant. @throws PublisherError `usage`. */
function originOf(text: string): string {
  const withoutSlash = text.trim().replace(/\/$/, '');
  if (isOrigin(withoutSlash)) return withoutSlash;
  throw new PublisherError(
    'usage',
    `${text} is not an origin`,
    'Give scheme and host only, such as --site https://example.com',
  );
}

async function askForSite(isQuiet: boolean): Promise<string> {
  if (isQuiet || !process.stdin.isTTY) {
    throw new PublisherError(
      'usage',
      'it is not known which site this is',
      'Give --site https://example.com',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question('Which origin serves the site (such as https://example.com)? ');
  } finally {
    terminal.close();
  }
}

function initText({ config, site, fingerprint, commit, neverCommit }: InitReport): string {
  return [
    `Set up ${site} in ${config}`,
    '',
    `Root fingerprint: ${fingerprint}`,
    'Visitors’ browsers will trust what this root vouches for. Note it somewhere else, too.',
    '',
    `Commit:        ${commit.join('  ')}`,
    `Never commit:  ${neverCommit.join('  ')}  (in .gitignore now; keep a copy offline, the root key above all)`,
    '',
    'Next:',
    '  shoal publish DIR --list     see which files would be shared, and why',
    '  shoal publish DIR --inject   publish, and put the tag into every page',
    '  shoal serve DIR              try it out, with the dashboard',
  ].join('\n');
}
