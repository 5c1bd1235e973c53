import { execFile } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { testFolder } from '../support/tmp.ts';

vi.setConfig({ testTimeout: 60_000 });
const repository = fileURLToPath(new URL('../../', import.meta.url));
const verifier = await readFile(join(repository, 'manifests/ed25519.ts'), 'utf8');
const strict = 'verifyAsync(signature, message, publicKey, { zip215: false })';

/** What the linter, configured as for this repository, says of a file of `manifests/`; empty when nothing. */
async function complaints(text: string): Promise<string> {
  const folder = await testFolder();
  await cp(join(repository, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await cp(join(repository, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true });
  await cp(join(repository, 'manifests'), join(folder, 'manifests'), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'manifests/ed25519.ts');
  await writeFile(file, text);
  const linter = join(repository, 'node_modules/oxlint/bin/oxlint');
  return new Promise((resolve) => {
    execFile(process.execPath, [linter, file], { cwd: folder }, (error, stdout) =>
      resolve(error === null ? '' : stdout),
    );
  });
}

describe('the linter', () => {
  it('[C16] has nothing against the strict verifier as it is', async () => {
    expect(verifier).toContain(strict);
    expect(await complaints(verifier)).toBe('');
  });

  it.each([
    ['without a mode', 'verifyAsync(signature, message, publicKey)'],
    ['in the lenient mode', 'verifyAsync(signature, message, publicKey, { zip215: true })'],
    ['in a mode that is not written down', 'verifyAsync(signature, message, publicKey, options)'],
    ['under another name', '(await Promise.resolve(verifyAsync))(signature, message, publicKey)'],
  ])('[C16] refuses to verify %s', async (_, call) => {
    expect(await complaints(verifier.replace(strict, call))).toContain('shoal(strict-signatures)');
  });

  it.each([
    [
      'the whole library at once',
      "import * as ed from '@noble/ed25519';\nexport const v = ed.verifyAsync;\n",
    ],
    ['the verifier of Node', "import { verify } from 'node:crypto';\nexport const v = verify;\n"],
    ['the verifier of browsers', 'export const v = crypto.subtle.verify(a, b, c, d);\n'],
    ['a new name', "import { verify as check } from '@noble/ed25519';\nexport const v = check(a, b, c);\n"],
  ])('[C16] refuses %s', async (_, text) => {
    expect(await complaints(text)).toContain('shoal(strict-signatures)');
  });
});
