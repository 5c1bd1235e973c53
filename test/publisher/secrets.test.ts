import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { fromBase64Url } from '../../manifests/index.ts';
import { newKey, readKeyFile, writeKey } from '../../publisher/keys/key-file.ts';
import { passphrasesFrom } from '../../publisher/keys/passphrase.ts';
import { bundle, shoal, shoalWith, type Run } from '../support/shoal-cli.ts';
import { testFolder } from '../support/tmp.ts';
import { containing, modeOf, noise, readTree, writeTree } from './fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Every spelling of a secret that somebody might print by mistake. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(fromBase64Url(secret) ?? []);
  const parts = [secret.slice(0, 16), secret.slice(-16)];
  return [
    secret,
    bytes.toString('hex'),
    bytes.toString('base64'),
    JSON.stringify([...bytes]),
    bytes.join(' '),
    ...parts,
  ];
}

async function secretsOf(folder: string): Promise<string[]> {
  const texts = [...(await readTree(join(folder, '.shoal/keys'))).values()].map(String);
  return texts.flatMap((text) => /"secretKey": "([^"]+)"/.exec(text)?.[1] ?? []);
}

describe('[M4] a secret key', () => {
  test('[M4] is in no output of any command, in none of its files but its own, and not asked for as an argument', async () => {
    const folder = await testFolder();
    await writeTree(join(folder, 'dist'), {
      'index.html': '<html><head></head></html>',
      'a.js': noise(40_000, 1),
    });
    const runs: Run[] = [await shoal(bundle, folder, 'init', '--site', 'https://example.com')];
    for (const words of [
      ['publish', 'dist', '--json'],
      ['keys', 'list', '--json'],
      ['keys', 'rotate', 'head', '--json'],
      ['keys', 'rotate', 'release'],
      ['keys', 'export', '.shoal/keys/root.json'],
      ['publish', 'dist', '--prepare', 'r.json'],
      ['sign', 'r.json', '--show'],
      ['sign', 'r.json', '--yes'],
      ['publish', 'dist', '--finish', 'r.json'],
      ['disable', 'dist'],
      ['verify', 'dist'],
    ]) {
      runs.push(await shoal(bundle, folder, ...words));
    }
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0));
    // And when it fails: a key file cut in the middle, of which a parser would quote the text.
    const path = join(folder, '.shoal/keys/root.json');
    const text = await readFile(path, 'utf8');
    for (const broken of [
      text.slice(0, -5),
      text.replace('"secretKey": "', '"secretKey": '),
      `x${text}`,
      text.replace('note', 'not'),
    ]) {
      await writeFile(path, broken);
      runs.push(await shoal(bundle, folder, 'keys', 'rotate', 'root'));
      expect(runs.at(-1)?.code).toBe(4);
    }
    await writeFile(path, text);
    const secrets = await secretsOf(folder);
    expect(secrets).toHaveLength(5);
    const files = [...(await readTree(folder))].filter(([name]) => !name.startsWith('.shoal/keys/'));
    const said = [
      ...runs.flatMap(({ out, err }) => [out, err]),
      ...files.map(([, bytes]) => bytes.toString('latin1')),
    ];
    for (const secret of secrets) {
      for (const spelling of spellings(secret))
        expect(said.filter((text) => text.includes(spelling))).toEqual([]);
    }
    expect((await shoal(bundle, folder, 'sign', '--help')).out).not.toMatch(/passphrase|secret/i);
  });

  test('[M4] can be encrypted: the file gives nothing away, and opens by the right passphrase only', async () => {
    const path = join(await testFolder(), 'key.json');
    const key = await newKey('release');
    await writeKey(path, key, 'correct horse battery');
    expect(await modeOf(path)).toBe(0o600);
    const text = await readFile(path, 'utf8');
    for (const spelling of spellings(Buffer.from(key.secretKey).toString('base64url')))
      expect(text).not.toContain(spelling);
    const file = await readKeyFile(path);
    expect(file).toMatchObject({ isEncrypted: true, keyId: key.keyId });
    expect((await file.unlock(() => Promise.resolve('correct horse battery'))).secretKey).toEqual(
      key.secretKey,
    );
    await expect(file.unlock(() => Promise.resolve('correct horse batterz'))).rejects.toMatchObject({
      code: 'keys',
      message: containing('does not open'),
    });
    // Whoever changes the file gains nothing: not another cost, not another key under this name.
    for (const [from, to] of [
      ['"tag": "', '"tag": "A'],
      ['"N": 131072', '"N": 16384'],
      ['"N": 131072', '"N": 1073741824'],
      ['"role": "release"', '"role": "root"'],
    ] as const) {
      await writeFile(path, text.replace(from, to));
      const opening = readKeyFile(path).then((changed) =>
        changed.unlock(() => Promise.resolve('correct horse battery')),
      );
      await expect(opening).rejects.toMatchObject({ code: 'keys' });
    }
  });

  test('[M4] takes its passphrase from a file or the environment; without either, and without a terminal, it says how', async () => {
    const folder = await testFolder();
    await writeTree(folder, { pass: 'correct horse battery\n', short: 'short\n' });
    const from = (variables: Record<string, string>) => passphrasesFrom(variables)('Passphrase', true);
    expect(await from({ SHOAL_PASSPHRASE_FILE: join(folder, 'pass') })).toBe('correct horse battery');
    expect(await from({ SHOAL_PASSPHRASE: 'battery horse correct' })).toBe('battery horse correct');
    await expect(from({ SHOAL_PASSPHRASE_FILE: join(folder, 'short') })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(from({ SHOAL_PASSPHRASE_FILE: join(folder, 'none') })).rejects.toMatchObject({
      code: 'keys',
    });
    const run = await shoal(bundle, folder, 'keys', 'create', 'root', 'key.json', '--encrypt');
    expect(run).toMatchObject({ code: 4, out: '' });
    expect(run.err).toContain('SHOAL_PASSPHRASE_FILE');
    const env = { SHOAL_PASSPHRASE_FILE: join(folder, 'pass') };
    expect(
      await shoalWith(env, bundle, folder, 'keys', 'create', 'root', 'key.json', '--encrypt'),
    ).toMatchObject({ code: 0 });
    expect(await shoalWith(env, bundle, folder, 'keys', 'passphrase', 'key.json', '--remove')).toMatchObject({
      code: 0,
    });
    expect(await readFile(join(folder, 'key.json'), 'utf8')).toContain('secretKey');
  });
});
