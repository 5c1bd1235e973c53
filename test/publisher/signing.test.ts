import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeHead, preparePublish } from '../../publisher/index.ts';
import { prepareChange } from '../../publisher/change-head.ts';
import { newKey } from '../../publisher/keys/key-file.ts';
import { keyringFrom } from '../../publisher/keys/keyring.ts';
import { describeRequest } from '../../publisher/signing/describe.ts';
import { readRequest, writeRequest } from '../../publisher/signing/request.ts';
import { signRequest, statesOf } from '../../publisher/signing/sign-request.ts';
import {
  at,
  containing,
  files,
  opened,
  otherMachine,
  project,
  publishProject,
  readTree,
  writeTree,
  type Project,
} from './fixture.ts';
import { change, nobody } from './root-changes.ts';

/** A project whose keys are elsewhere, and a request for its first release. */
interface Prepared {
  readonly made: Project;
  readonly vault: string;
  readonly request: string;
}

async function prepared(setUp: (made: Project) => Promise<unknown> = async () => {}): Promise<Prepared> {
  const made = await project(files);
  await setUp(made);
  const vault = join(made.folder, 'vault');
  await mkdir(vault);
  for (const name of await readdir(join(made.folder, '.shoal/keys'))) {
    await rename(join(made.folder, '.shoal/keys', name), join(vault, name));
  }
  const request = join(made.folder, 'request.json');
  await preparePublish(where(made), request);
  return { made, vault, request };
}

const where = ({ dist, config, browserScripts }: Project) => ({ dir: dist, config, browserScripts, at });
const finish = ({ made, request }: Prepared) => publishProject(made, { finish: request });

/** Signs with some of the keys in the vault. */
async function signWith({ vault, request }: Prepared, form: RegExp): Promise<number[]> {
  const names = (await readdir(vault)).filter((name) => form.test(name));
  const keyring = await keyringFrom(
    names.map((name) => join(vault, name)),
    nobody,
    () => {},
  );
  const opened = await readRequest(request);
  const signed = { ...opened, request: await signRequest(opened, keyring) };
  await writeRequest(request, signed.request);
  return (await statesOf(signed)).map(({ signedBy }) => signedBy.length);
}

async function edit(path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(from);
  await writeFile(path, text.replace(from, to));
}

const nothing = (made: Project): Promise<boolean> =>
  readTree(made.dist).then((tree) => [...tree.keys()].every((path) => !path.startsWith('shoal')));

describe('[M4] signing elsewhere', () => {
  test('[M4] release first, then the head that names it; and it comes out as if it had been signed here', async () => {
    const elsewhere = await prepared();
    expect(await signWith(elsewhere, /head/)).toEqual([0, 0]);
    await expect(finish(elsewhere)).rejects.toMatchObject({ code: 'keys', message: containing('release') });
    expect(await signWith(elsewhere, /release/)).toEqual([1, 0]);
    expect(await nothing(elsewhere.made)).toBe(true);
    expect(await signWith(elsewhere, /head/)).toEqual([1, 1]);
    await finish(elsewhere);

    const here = await otherMachine(elsewhere.made);
    await cp(elsewhere.vault, join(here.folder, '.shoal/keys'), { recursive: true });
    await rm(join(here.folder, '.shoal/history'), { recursive: true });
    await writeTree(here.dist, files);
    await publishProject(here, { at });
    expect(await readTree(here.dist)).toEqual(await readTree(elsewhere.made.dist));
  });

  test('by two holders gives the same bytes, whoever signs first', async () => {
    const outcomes: unknown[] = [];
    const key = await newKey('release');
    const twoKeys = (made: Project) =>
      change(made, () => ({ change: { kind: 'add', role: 'release', key, threshold: 2 }, made: { key } }));
    const first = await prepared(twoKeys);
    const second = { ...first, request: `${first.request}.copy.json` };
    await cp(first.request, second.request);
    for (const [who, order] of [
      [first, [/^release\.json/, /^release-/, /^head/]],
      [second, [/^release-/, /^release\.json/, /^head/]],
    ] as const) {
      for (const form of order) await signWith(who, form);
      const { release, seq } = await publishProject(who.made, { finish: who.request, dryRun: true });
      outcomes.push({ release, seq });
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
  });

  test.each([
    ['the folder', async ({ made }: Prepared) => writeFile(join(made.dist, 'data/cities.json'), '{}')],
    [
      'what was to be signed',
      async ({ request }: Prepared) => edit(request, /\\"ct\\":\\"text\/css/, '\\"ct\\":\\"text/html'),
    ],
    ['the mode', async ({ request }: Prepared) => edit(request, '"mode": "on"', '"mode": "uninstall"')],
    ['the floor', async ({ request }: Prepared) => edit(request, '"floor": 0', '"floor": 9')],
    [
      'the head',
      async ({ request }: Prepared) => edit(request, '"freshUntil": "2026', '"freshUntil": "2027'),
    ],
    ['the time', async ({ request }: Prepared) => edit(request, '"timeMs": 1', '"timeMs": 2')],
  ])('[M4] finishes nothing when %s was changed meanwhile', async (_, tamper) => {
    const elsewhere = await prepared();
    await signWith(elsewhere, /release/);
    await signWith(elsewhere, /head/);
    await tamper(elsewhere);
    await expect(finish(elsewhere)).rejects.toMatchObject({ name: 'PublisherError' });
    expect(await nothing(elsewhere.made)).toBe(true);
  });

  test('[M4] has nothing signed by the keys here that was changed on its way', async () => {
    const elsewhere = await prepared();
    await signWith(elsewhere, /release/);
    await edit(elsewhere.request, '"mode": "on"', '"mode": "uninstall"');
    await cp(join(elsewhere.vault, 'head.json'), join(elsewhere.made.folder, '.shoal/keys/head.json'));
    await expect(finish(elsewhere)).rejects.toMatchObject({
      code: 'refused',
      message: containing('not the one that was prepared'),
    });
    expect(await nothing(elsewhere.made)).toBe(true);
    await edit(elsewhere.request, '"mode": "uninstall"', '"mode": "on"');
    await finish(elsewhere);
    expect((await opened(elsewhere.made.dist)).head.mode).toBe('on');
  });

  test('takes no signature that is wrong, and a right one beside it', async () => {
    const elsewhere = await prepared();
    await signWith(elsewhere, /release/);
    const sig = /"sig": "([^"]{20})/.exec(await readFile(elsewhere.request, 'utf8'))?.[1] ?? '';
    await edit(elsewhere.request, sig, 'A'.repeat(20));
    expect(await signWith(elsewhere, /release/)).toEqual([1, 0]);
    await signWith(elsewhere, /head/);
    await finish(elsewhere);
    await opened(elsewhere.made.dist);
  });

  test('says what it is, before anybody signs', async () => {
    const { request } = await prepared();
    const text = await describeRequest(await readRequest(request));
    expect(text).toMatch(/For https:\/\/example\.com, root fingerprint (?:[0-9a-f]{4} ?){16}, root 1\n/);
    expect(text).toContain('A new release of 2026-11-20T20:00:00.000Z: 5 assets, 2.4 MB');
    expect(text).toContain('A new head of 2026-11-20T20:00:00.000Z for that release: mode on, floor 0');
  });

  test('refuses what is no request, without quoting it', async () => {
    const { vault, request } = await prepared();
    const key = await readFile(join(vault, 'head.json'), 'utf8');
    await writeFile(request, key.slice(0, -4));
    const secret = /"secretKey": "([^"]+)/.exec(key)?.[1] ?? '';
    const error: unknown = await readRequest(request).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'refused' });
    expect(String(error)).not.toContain(secret.slice(0, 12));
  });

  test('is for heads, too; where nothing is new there is nothing to sign', async () => {
    const elsewhere = await prepared();
    await signWith(elsewhere, /release/);
    await signWith(elsewhere, /head/);
    await finish(elsewhere);
    const { made, request } = elsewhere;
    expect(await preparePublish(where(made), request)).toMatchObject({ request: undefined });
    await prepareChange(where(made), () => ({ mode: 'http-only' }), request);
    expect(await signWith(elsewhere, /head/)).toEqual([1]);
    const { head } = await changeHead({ ...where(made), finish: request }, () => ({ mode: 'http-only' }));
    expect(head.mode).toBe('http-only');
    // Used again it asks for nothing new, and does nothing.
    expect(await changeHead({ ...where(made), finish: request }, () => ({}))).toMatchObject({ written: [] });
  });
});
