/** `shoal keys rotate`, `add`, `revoke` and `threshold`: each makes the next root. */

import { resolve } from 'node:path';
import { Argument, Command } from '@commander-js/extra-typings';
import type { Role } from '../../manifests/index.ts';
import { changeRoot, type ChangeFor, type MadeKey, type RootReport } from '../keys/change-root.ts';
import { newKey, roles, type PublicKey } from '../keys/key-file.ts';
import { passphrasesFrom } from '../keys/passphrase.ts';
import { readPublicKey } from '../keys/public-key.ts';
import { keyIdIn, onlyKeyOf } from '../keys/root-change.ts';
import { say, wholeNumber } from './shared.ts';

interface RootFlags {
  readonly config?: string | undefined;
  readonly prepare?: string | undefined;
  readonly json?: true | undefined;
}

const role = () => new Argument('<role>', 'root, release or head').choices(roles);
const threshold = wholeNumber('threshold', 1, 16);
const common = {
  config: ['--config <file>', 'configuration (default: shoal.config.json)'],
  prepare: [
    '--prepare <file>',
    'write a signing request instead of a root, or go on with the one that is there',
  ],
  json: ['--json', 'as JSON'],
} as const;

/** A new key in place of one. */
export function rotateCommand() {
  return new Command('rotate')
    .description('Put a new key in the place of one: routine, or after a loss or theft. Then publish.')
    .addArgument(role())
    .option('--key <id>', 'the key to replace, where the role has several')
    .option('--public <file>', 'the public key of somebody else, instead of a key that is made here')
    .option('--encrypt', 'encrypt the key that is made')
    .option(...common.prepare)
    .option(...common.config)
    .option(...common.json)
    .action(async (name, { key: old, public: file, encrypt, ...flags }) => {
      const { key, made } = await givenOrMade(name, file, encrypt === true);
      await change(flags, (root) => {
        const replaced = old === undefined ? onlyKeyOf(root, name) : keyIdIn(root, old);
        return { change: { kind: 'replace', role: name, old: replaced, key }, ...made };
      });
    });
}

/** A further key. */
export function addCommand() {
  return new Command('add')
    .description('Let a further key sign for a role. Then publish.')
    .addArgument(role())
    .option('--public <file>', 'the public key of somebody else, instead of a key that is made here')
    .option('--threshold <number>', 'how many keys of the role must sign from then on', threshold)
    .option('--encrypt', 'encrypt the key that is made')
    .option(...common.prepare)
    .option(...common.config)
    .option(...common.json)
    .action(async (name, { public: file, threshold: wanted, encrypt, ...flags }) => {
      const { key, made } = await givenOrMade(name, file, encrypt === true);
      const more = wanted === undefined ? {} : { threshold: wanted };
      await change(flags, () => ({ change: { kind: 'add', role: name, key, ...more }, ...made }));
    });
}

/** One key less. */
export function revokeKeyCommand() {
  return new Command('revoke')
    .description('Take a key out of every role, without another in its place. Then publish.')
    .argument('<id>', 'the first digits of its key id')
    .option('--threshold <number>', 'how many keys of its roles must sign from then on', threshold)
    .option(...common.prepare)
    .option(...common.config)
    .option(...common.json)
    .action(async (id, { threshold: wanted, ...flags }) => {
      const more = wanted === undefined ? {} : { threshold: wanted };
      await change(flags, (root) => ({ change: { kind: 'revoke', keyId: keyIdIn(root, id), ...more } }));
    });
}

/** m of n. */
export function thresholdCommand() {
  return new Command('threshold')
    .description('Say how many keys of a role must sign. Then publish.')
    .addArgument(role())
    .argument('<number>', 'from 1 to the number of its keys', threshold)
    .option(...common.prepare)
    .option(...common.config)
    .option(...common.json)
    .action(async (name, wanted, flags) => {
      await change(flags, () => ({ change: { kind: 'threshold', role: name, threshold: wanted } }));
    });
}

async function givenOrMade(
  name: Role,
  file: string | undefined,
  isEncrypted: boolean,
): Promise<{ key: PublicKey; made: { made?: MadeKey } }> {
  if (file !== undefined) return { key: await readPublicKey(resolve(file)), made: {} };
  const key = await newKey(name);
  if (!isEncrypted) return { key, made: { made: { key } } };
  const passphrase = await passphrasesFrom(process.env)('New passphrase', true);
  return { key, made: { made: { key, passphrase } } };
}

async function change({ config, prepare, json }: RootFlags, wish: ChangeFor): Promise<void> {
  const report = await changeRoot(
    {
      passphrases: passphrasesFrom(process.env),
      ...(config === undefined ? {} : { config }),
      ...(prepare === undefined ? {} : { prepare: resolve(prepare) }),
    },
    wish,
  );
  say(json, report, rootText(report));
}

/** What a new root says, and what to do next. */
export function rootText({ root, status, path, keyPath, warnings }: RootReport): string {
  const made = keyPath === undefined ? [] : [`New key: ${keyPath}  (keep a copy offline)`];
  const lines = roles.map((name) => {
    const { k, m } = root.roles[name];
    return `  ${name.padEnd(8)} ${m} of ${k.length}: ${k.map((id) => id.slice(0, 16)).join(' ')}`;
  });
  const next =
    status === 'written'
      ? 'Commit .shoal/root/. Now `shoal publish` and deploy: visitors follow with the next head.'
      : `Not in force yet. Have it signed (\`shoal sign ${path}\`), then: shoal keys finish ${path}`;
  return [
    `${status === 'written' ? 'Wrote' : 'Prepared'} root ${root.v} of ${root.site}: ${path}`,
    ...lines,
    ...made,
    ...warnings.map((warning) => `warning  ${warning}`),
    next,
  ].join('\n');
}
