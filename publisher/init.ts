/** `shoal init`: configuration, keys and the first root of a site. */

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fingerprintOf, utf8, type Role } from '../manifests/index.ts';
import { configFileName, parseConfig } from './config/load.ts';
import { writeAtomically } from './output/write.ts';
import { readIfThere } from './read.ts';
import { newKey, requireAbsent, roles, writeKey, type SigningKey } from './keys/key-file.ts';
import { firstRoot } from './release/roots.ts';

/** How a site is set up. */
export interface InitOptions {
  /** The folder of the project; `shoal.config.json` and `.shoal/` are made in it. Default: the current one. */
  readonly folder?: string;
  /** The origin that serves the site, such as `https://example.com`. */
  readonly site: string;
  /** Options that differ from the defaults, as in the configuration file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Encrypts the three key files. */
  readonly passphrase?: string;
}

/** What was made. */
export interface InitReport {
  readonly config: string;
  readonly site: string;
  /** SHA-256 of root 1: what to compare when in doubt which keys a site has. */
  readonly fingerprint: string;
  readonly commit: readonly string[];
  readonly neverCommit: readonly string[];
}

const keyFolder = '.shoal/keys';
/** What every visitor asks for its public address. Written out, so that an owner sees and can change it. */
const publicStunServers = [{ urls: ['stun:stun.cloudflare.com:3478', 'stun:stun.l.google.com:19302'] }];

/** Sets a site up; overwrites nothing. @throws PublisherError `config`, `exists`, `io`. */
export async function init(options: InitOptions): Promise<InitReport> {
  const folder = resolve(options.folder ?? '.');
  const configPath = join(folder, configFileName);
  const configText = initialConfig(options);
  const { site } = parseConfig(configText, configPath);
  const rootPath = join(folder, '.shoal/root/1.json');
  const keyPath = (role: Role): string => join(folder, keyFolder, `${role}.json`);
  for (const path of [configPath, rootPath, ...roles.map(keyPath)]) await requireAbsent(path);

  await mkdir(join(folder, '.shoal'), { recursive: true });
  await mkdir(join(folder, keyFolder), { recursive: true, mode: 0o700 });
  const key = async (role: Role): Promise<SigningKey> => {
    const made = await newKey(role);
    await writeKey(keyPath(role), made, options.passphrase);
    return made;
  };
  const root = await firstRoot(site, {
    root: await key('root'),
    release: await key('release'),
    head: await key('head'),
  });
  await writeAtomically(rootPath, root);
  await writeAtomically(configPath, utf8(configText));
  await ignoreInGit(join(folder, '.gitignore'));
  return {
    config: configPath,
    site,
    fingerprint: await fingerprintOf(root),
    commit: [configFileName, '.shoal/root/', '.shoal/history/', '.gitignore'],
    neverCommit: [`${keyFolder}/`],
  };
}

function initialConfig({ site, settings }: InitOptions): string {
  const config = {
    $schema: './node_modules/shoal/dist/schema.json',
    site,
    share: { include: ['**'], exclude: [], rules: [] },
    hub: { url: '/hub/' },
    swarm: { iceServers: publicStunServers },
    ...settings,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Adds what must not be committed to .gitignore; the rest of the file stays. */
async function ignoreInGit(path: string): Promise<void> {
  const text = Buffer.from((await readIfThere(path)) ?? new Uint8Array()).toString('utf8');
  const lines = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const missing = [`${keyFolder}/`, '.shoal/cache/', '.shoal/lock*', '.shoal/hub.sqlite*'].filter(
    (line) => !lines.has(line),
  );
  if (missing.length === 0) return;
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  await writeAtomically(path, utf8(`${text}${separator}${missing.join('\n')}\n`));
}
