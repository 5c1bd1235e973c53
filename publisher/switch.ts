/** `shoal disable` and `shoal enable`: what workers do, by a signed head or by a file that needs no key. */

import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { utf8 } from '../manifests/index.ts';
import { changeHead, type ChangeOptions, type ChangeReport } from './change-head.ts';
import { PublisherError } from './errors.ts';
import { readIfThere } from './read.ts';
import { disablePath } from './release/layout.ts';
import { writeAtomically } from './output/write.ts';

const disableText = `Shoal is switched off for this site.
While this file is served, workers leave every request to the browser. It changes nothing else, so it is not signed.
\`shoal enable\` removes it.
`;

/**
 * Puts the emergency file into a published folder: no key, no configuration and no history is needed.
 * @throws PublisherError `io`.
 */
export async function disableUnsigned(dir: string): Promise<{ readonly written: readonly string[] }> {
  const path = join(resolve(dir), disablePath);
  if ((await readIfThere(join(resolve(dir), 'shoal/head.json'))) === undefined) {
    throw new PublisherError(
      'usage',
      `${dir} is not a published folder: it has no shoal/head.json`,
      'Give the folder that is served. By hand: a file named `shoal/disable` below the base is all it takes.',
    );
  }
  await writeAtomically(path, utf8(disableText));
  return { written: [disablePath] };
}

/** Signs a head with which workers do everything again, and takes the emergency file away. @throws PublisherError. */
export async function enable(options: ChangeOptions): Promise<ChangeReport & { readonly removed: string[] }> {
  const report = await changeHead(options, () => ({ mode: 'on' }));
  const path = join(resolve(options.dir), disablePath);
  const isThere = (await readIfThere(path)) !== undefined;
  if (isThere && options.dryRun !== true) await rm(path, { force: true });
  return { ...report, removed: isThere ? [disablePath] : [] };
}
