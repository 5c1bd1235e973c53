import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { thirdPartyLicenses } from '../../scripts/build/licenses.ts';
import { root } from '../../scripts/root.ts';

async function noticesFor(code: string): Promise<string> {
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    metafile: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  });
  return thirdPartyLicenses([metafile]);
}

it('the notices name the packages that are in a bundle, with the text of their license', async () => {
  const text = await noticesFor("import { verifyAsync } from '@noble/ed25519'; console.log(verifyAsync);");
  expect(text).toMatch(/@noble\/ed25519 \d+\.\d+\.\d+ \(MIT\)/);
  expect(text).toContain('Paul Miller');
});

it('the notices leave out a package of which nothing was used', async () => {
  expect(await noticesFor("import '@noble/ed25519';")).not.toContain('noble');
});
