/** What docs/operations.md says about keys and releases, done literally: its own commands, in its own order. */

import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Root } from '../../manifests/index.ts';
import { createSite } from '../../publisher/index.ts';
import { bundle } from '../support/shoal-cli.ts';
import { testFolder } from '../support/tmp.ts';
import { noise, opened, readTree, writeTree } from './fixture.ts';

vi.setConfig({ testTimeout: 120_000 });
const run = promisify(execFile);
const text = await readFile(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');

/** The shell blocks of a section; a block's first line may name the machine that it is for. */
function blocksOf(heading: string): { machine: string; script: string }[] {
  const section = text.split(/^#{2,3} /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`there is no section ${heading}`);
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script = '']) => {
    return { machine: /^# (\S.*)$/m.exec(script)?.[1] ?? 'here', script };
  });
}

/** An owner with a published site, and others with machines of their own. */
async function owner(): Promise<{
  here: string;
  machine: (name: string) => Promise<string>;
  follow: (heading: string, words?: Readonly<Record<string, string>>) => Promise<string>;
  publish: () => Promise<void>;
  release: () => Promise<{ sha256: string; seq: number; mode: string; floor: number; v: number; root: Root }>;
}> {
  const top = await testFolder();
  await writeTree(top, { passphrase: 'correct horse battery\n' });
  const bin = join(top, 'bin');
  await writeTree(bin, { npx: `#!/bin/sh\nshift\nexec "${process.execPath}" "${bundle}" "$@"\n` });
  await chmod(join(bin, 'npx'), 0o755);
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    SHOAL_PASSPHRASE_FILE: join(top, 'passphrase'),
    SHOAL_NEW_PASSPHRASE_FILE: join(top, 'passphrase'),
  };
  const machine = async (name: string): Promise<string> => {
    await mkdir(join(top, 'machines', name), { recursive: true });
    return join(top, 'machines', name);
  };
  const here = await machine('here');
  await writeTree(join(here, 'dist'), {
    'index.html': '<html><head></head></html>',
    'app.js': noise(90_000, 1),
  });
  await run('npx', ['shoal', 'init', '--site', 'https://example.com'], { cwd: here, env });
  const publish = async (): Promise<void> => {
    await run('npx', ['shoal', 'publish', 'dist'], { cwd: here, env });
  };
  await publish();
  const site = await createSite({ dir: join(here, 'dist') }).listen();
  onTestFinished(() => site.close());

  /** A person carries these files from one machine to the others. */
  const carry = async (from: string): Promise<void> => {
    const files = (await readdir(from)).filter((name) => /\.(?:pub|request)\.json$/.test(name));
    for (const name of await readdir(join(top, 'machines'))) {
      const to = await machine(name);
      for (const file of files) if (to !== from) await copyFile(join(from, file), join(to, file));
    }
  };
  const follow = async (heading: string, words: Readonly<Record<string, string>> = {}): Promise<string> => {
    let said = '';
    for (const block of blocksOf(heading)) {
      let script = block.script
        .replaceAll('verify https://example.com/', `verify ${site.origin}/`)
        // Where a person would be asked, and answer yes.
        .replace(/^(npx shoal sign (?!.*--show).*)$/gm, '$1 --yes');
      for (const [word, value] of Object.entries(words)) script = script.replaceAll(word, value);
      const cwd = await machine(block.machine);
      const { stdout, stderr } = await run('bash', ['-euc', script], { cwd, env });
      said += stdout + stderr;
      await carry(cwd);
    }
    return said;
  };
  const release = async () => {
    const { head, release: found, root } = await opened(join(here, 'dist'));
    return {
      sha256: head.release.sha256,
      seq: head.seq,
      mode: head.mode,
      floor: head.floor,
      v: found.v,
      root,
    };
  };
  return { here, machine, follow, publish, release };
}

describe('followed to the letter, docs/operations.md', () => {
  test('[M7] rolls back, and revokes what was bad', async () => {
    const { here, follow, publish, release } = await owner();
    const good = await release();
    await cp(join(here, 'dist'), join(here, 'built-again'), { recursive: true });
    await writeFile(join(here, 'dist/app.js'), 'broken()');
    await publish();
    const bad = await release();
    await copyFile(join(here, 'built-again/app.js'), join(here, 'dist/app.js'));
    expect(await follow('Rolling back', { '3f9c1a7e': good.sha256.slice(0, 8) })).toContain(
      'as it was signed',
    );
    const back = await release();
    expect(back.seq).toBeGreaterThan(bad.seq);
    expect(back.sha256).not.toBe(bad.sha256);
    await follow('Revoking a release', { '3f9c1a7e': bad.sha256.slice(0, 8) });
    expect((await release()).floor).toBe(bad.v + 1);
  });

  test('switches off and on, signed and without a key', async () => {
    const { here, follow, release } = await owner();
    const blocks = blocksOf('Switching off and on');
    expect(blocks).toHaveLength(3);
    await follow('Switching off and on');
    expect((await release()).mode).toBe('on');
    expect(await readFile(join(here, 'dist/shoal/disable'), 'utf8')).toContain('switched off');
  });

  test('encrypts and rotates', async () => {
    const { here, follow, release } = await owner();
    await follow('Passphrases');
    expect(await readFile(join(here, '.shoal/keys/root.json'), 'utf8')).not.toContain('secretKey');
    const before = await release();
    expect(await follow('Rotation')).toContain('Everything is as it was signed');
    const after = await release();
    expect(after.root.v).toBe(2);
    expect(after.root.roles.release.k).not.toEqual(before.root.roles.release.k);
    expect(await follow('Keys')).toContain('root 2');
  });

  test('holds a key ceremony with three people, of whom two sign', async () => {
    const { here, machine, follow, release } = await owner();
    for (const name of ['Alice', 'Bob', 'Carol']) await machine(name);
    const said = await follow('A key ceremony with several holders');
    expect(said).toContain('2 of 2 signatures, complete');
    const { root } = await release();
    expect(root.roles.root).toMatchObject({ m: 2 });
    expect(root.roles.root.k).toHaveLength(3);
    await rm(join(here, '.shoal/keys/root.json'));
    await expect(follow('Rotation')).rejects.toMatchObject({ code: 4, stderr: /--prepare/ });
  });

  test('[M4] signs offline: the keys are never on the machine that publishes', async () => {
    const { here, machine, follow, release } = await owner();
    const keys = await machine('Key machine');
    for (const name of ['release.json', 'head.json']) {
      await copyFile(join(here, '.shoal/keys', name), join(keys, name));
      await rm(join(here, '.shoal/keys', name));
    }
    const before = await release();
    await writeFile(join(here, 'dist/app.js'), 'next()');
    await follow('Signing offline');
    expect((await release()).seq).toBeGreaterThan(before.seq);
    const left = [...(await readTree(here)).values()].map(String).join('');
    const secret = /"secretKey": "([^"]+)"/.exec(await readFile(join(keys, 'head.json'), 'utf8'))?.[1] ?? '';
    expect(secret).toHaveLength(43);
    expect(left).not.toContain(secret);
  });

  test('starts anew when the root key is lost', async () => {
    const { follow, release } = await owner();
    const before = await release();
    expect(await follow('Loss of a key')).toContain('Everything is as it was signed');
    expect((await release()).root.keys).not.toEqual(before.root.keys);
  });
});
