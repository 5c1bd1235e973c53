/** Where passphrases come from: a file, the environment, or a person. Never the command's own words, which all processes can read. */

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { PublisherError, reasonOf } from '../errors.ts';

/** Gives the passphrase of a key. `question`: what it is asked for; `isNew`: it is chosen now. */
export type Passphrases = (question: string, isNew?: boolean) => Promise<string>;

/** A new passphrase is not shorter. */
const minLength = 12;

/**
 * `SHOAL_PASSPHRASE_FILE` names a file, `SHOAL_PASSPHRASE` is one; otherwise a person is asked.
 * @throws PublisherError `keys` when there is nobody to ask.
 */
export function passphrasesFrom(environment: NodeJS.ProcessEnv): Passphrases {
  return async (question, isNew = false) => {
    const given = await givenBy(environment);
    const passphrase = given ?? (await askFor(question));
    if (isNew) requireLong(passphrase);
    if (isNew && given === undefined && (await askFor('The same again')) !== passphrase) {
      throw new PublisherError('usage', 'the two passphrases differ', 'Try again; nothing was written.');
    }
    return passphrase;
  };
}

async function givenBy(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const path = environment['SHOAL_PASSPHRASE_FILE'];
  if (path === undefined || path === '') return environment['SHOAL_PASSPHRASE'];
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new PublisherError(
      'keys',
      `the passphrase file ${path} cannot be read: ${reasonOf(error)}`,
      'Correct SHOAL_PASSPHRASE_FILE.',
    );
  }
}

/** Asks on the terminal without showing what is typed. */
function askFor(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new PublisherError(
      'keys',
      `a passphrase is needed (${question}) and there is no terminal to ask on`,
      'Put it into a file that only you can read, and its path into SHOAL_PASSPHRASE_FILE.',
    );
  }
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve, reject) => {
    terminal.on('close', () => {
      process.stderr.write('\n');
      reject(new PublisherError('usage', 'no passphrase was given', 'Try again; nothing was written.'));
    });
    terminal.question('', (answer) => {
      resolve(answer);
      terminal.close();
    });
  });
}

function requireLong(passphrase: string): void {
  if (passphrase.length >= minLength) return;
  throw new PublisherError(
    'usage',
    `the new passphrase is shorter than ${minLength} characters`,
    'Whoever gets the file can try many a second: take several words.',
  );
}
