/** `shoal sign` */

import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { PublisherError } from '../errors.ts';
import { keyringFrom } from '../keys/keyring.ts';
import { passphrasesFrom } from '../keys/passphrase.ts';
import { describeRequest, statesText } from '../signing/describe.ts';
import { readRequest, writeRequest } from '../signing/request.ts';
import { signRequest, statesOf } from '../signing/sign-request.ts';
import { say } from './shared.ts';

/** The command. */
export function signCommand() {
  return new Command('sign')
    .description('Sign a request that --prepare wrote. Needs nothing but that file and a key: no network.')
    .argument('<request>', 'signing request; it is changed in place')
    .option('--key <file>', 'key file; may be given several times (default: those in .shoal/keys/)', collect)
    .option('--show', 'only say what would be signed, and who has signed')
    .option('--yes', 'do not ask')
    .option('--json', 'as JSON')
    .action(async (request, { key, show, yes, json }) => {
      const path = resolve(request);
      const opened = await readRequest(path);
      const description = await describeRequest(opened);
      if (show === true) {
        const states = await statesOf(opened);
        say(json, { states }, `${description}\n${statesText(states)}`);
        return;
      }
      const paths = key === undefined ? await keysHere() : key.map((file) => resolve(file));
      const warnings: string[] = [];
      const keyring = await keyringFrom(paths, passphrasesFrom(process.env), (text) => warnings.push(text));
      if (json !== true) process.stderr.write(`${description}\n`);
      if (yes !== true) await requireYes();
      const signed = { ...opened, request: await signRequest(opened, keyring) };
      const [before, states] = [await statesOf(opened), await statesOf(signed)];
      const count = (list: typeof states): number =>
        list.reduce((sum, { signedBy }) => sum + signedBy.length, 0);
      if (count(before) === count(states)) throw nothingToSign(statesText(states));
      await writeRequest(path, signed.request);
      say(json, { path, states, warnings }, [statesText(states), ...warnings].join('\n'));
    });
}

function collect(file: string, before: string[] | undefined): string[] {
  return [...(before ?? []), file];
}

async function keysHere(): Promise<string[]> {
  const names = await readdir('.shoal/keys').catch(() => []);
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => resolve('.shoal/keys', name));
}

async function requireYes(): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new PublisherError(
      'usage',
      'nobody is there to say yes to what would be signed',
      'Look at it with --show, then give --yes.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (/^y(?:es)?$/i.test((await terminal.question('Sign this (yes/no)? ')).trim())) return;
  } finally {
    terminal.close();
  }
  throw new PublisherError('usage', 'not signed', 'The request is as it was.');
}

function nothingToSign(states: string): PublisherError {
  return new PublisherError(
    'keys',
    `no key here can add anything to this request\n${states}`,
    'Give --key FILE of a key that may sign and has not yet, or pass the request on.',
  );
}
