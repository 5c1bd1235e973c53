/** `shoal keys` */

import { resolve } from 'node:path';
import { Argument, Command } from '@commander-js/extra-typings';
import { inventory, inventoryText } from '../keys/inventory.ts';
import { finishRoot } from '../keys/change-root.ts';
import { newKey, readKeyFile, requireAbsent, roles, writeKey } from '../keys/key-file.ts';
import { passphrasesFrom } from '../keys/passphrase.ts';
import { publicKeyText } from '../keys/public-key.ts';
import { addCommand, revokeKeyCommand, rootText, rotateCommand, thresholdCommand } from './keys-root.ts';
import { say } from './shared.ts';

/** The command and what is below it. */
export function keysCommand() {
  return new Command('keys')
    .description('Who may sign: look at keys, make them, rotate, add and revoke them.')
    .addCommand(listCommand())
    .addCommand(fingerprintCommand())
    .addCommand(createCommand())
    .addCommand(exportCommand())
    .addCommand(passphraseCommand())
    .addCommand(rotateCommand())
    .addCommand(addCommand())
    .addCommand(revokeKeyCommand())
    .addCommand(thresholdCommand())
    .addCommand(finishCommand());
}

function listCommand() {
  return new Command('list')
    .description('Which keys may sign, how many must, and where they are.')
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'as JSON')
    .action(async ({ config, json }) => {
      const found = await inventory(config);
      say(json, found, inventoryText(found));
    });
}

function fingerprintCommand() {
  return new Command('fingerprint')
    .description('Of the first root: what visitors’ browsers start from. Rotating keys does not change it.')
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'as JSON')
    .action(async ({ config, json }) => {
      const { site, rootVersion, fingerprint } = await inventory(config);
      say(json, { site, rootVersion, fingerprint }, fingerprint);
    });
}

function createCommand() {
  return new Command('create')
    .description('Make a key, as somebody who is to hold one. No configuration is needed.')
    .addArgument(new Argument('<role>', 'what it will sign').choices(roles))
    .argument('<file>', 'file to write it to')
    .option('--encrypt', 'under a passphrase')
    .option('--json', 'as JSON')
    .action(async (role, file, { encrypt, json }) => {
      const path = resolve(file);
      await requireAbsent(path);
      const key = await newKey(role);
      const passphrases = passphrasesFrom(process.env);
      await writeKey(path, key, encrypt === true ? await passphrases('New passphrase', true) : undefined);
      const text = `Made ${path}\nKey id ${key.keyId}\nSend what \`shoal keys export ${file}\` prints to whoever writes the root. Keep the file itself.`;
      say(json, { path, keyId: key.keyId }, text);
    });
}

function exportCommand() {
  return new Command('export')
    .description('Print the public part of a key file, for whoever writes the root. Asks for no passphrase.')
    .argument('<file>', 'key file')
    .action(async (file) => {
      process.stdout.write(`${publicKeyText(await readKeyFile(resolve(file)))}\n`);
    });
}

function passphraseCommand() {
  return new Command('passphrase')
    .description('Encrypt a key file, or change its passphrase. The key stays the same.')
    .argument('<file>', 'key file')
    .option('--remove', 'decrypt it')
    .option('--json', 'as JSON')
    .action(async (file, { remove, json }) => {
      const path = resolve(file);
      const passphrases = passphrasesFrom(process.env);
      const found = await readKeyFile(path);
      const key = await found.unlock(passphrases);
      await writeKey(
        path,
        key,
        remove === true
          ? undefined
          : await passphrasesFrom({
              SHOAL_PASSPHRASE: process.env['SHOAL_NEW_PASSPHRASE'],
              SHOAL_PASSPHRASE_FILE: process.env['SHOAL_NEW_PASSPHRASE_FILE'],
            })('New passphrase', true),
      );
      const isEncrypted = remove !== true;
      say(json, { path, isEncrypted }, `${path} is ${isEncrypted ? 'encrypted' : 'not encrypted any more'}`);
    });
}

function finishCommand() {
  return new Command('finish')
    .description('Write the root of a request that all who must have signed.')
    .argument('<file>', 'signing request')
    .option('--config <file>', 'configuration (default: shoal.config.json)')
    .option('--json', 'as JSON')
    .action(async (file, { config, json }) => {
      const options = {
        passphrases: passphrasesFrom(process.env),
        ...(config === undefined ? {} : { config }),
      };
      const report = await finishRoot(options, resolve(file));
      say(json, report, rootText(report));
    });
}
