import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  encodeEnvelope,
  judgeHead,
  keyIdOf,
  limits,
  openNextRoot,
  payloadOf,
  signDocument,
} from '../../manifests/index.ts';
import { finishRoot } from '../../publisher/keys/change-root.ts';
import { newKey, readKeyFile, writeKey } from '../../publisher/keys/key-file.ts';
import { keyringFrom } from '../../publisher/keys/keyring.ts';
import { inventory, inventoryText } from '../../publisher/keys/inventory.ts';
import { publicKeyText, readPublicKey } from '../../publisher/keys/public-key.ts';
import { keyIdIn, onlyKeyOf } from '../../publisher/keys/root-change.ts';
import { readRequest, writeRequest } from '../../publisher/signing/request.ts';
import { signRequest, statesOf } from '../../publisher/signing/sign-request.ts';
import { containing, files, modeOf, opened, project, publishProject, type Project } from './fixture.ts';
import { change, newest, nobody, rotate } from './root-changes.ts';

describe('rotating', () => {
  test.each(['release', 'head', 'root'] as const)(
    'the %s key: the chain goes on, the next publishing signs by the new key, visitors follow',
    async (role) => {
      const made = await project(files);
      await publishProject(made);
      const before = await opened(made.dist);
      const oldHead = await readFile(join(made.dist, 'shoal/head.json'));
      const { root, path, keyPath } = await rotate(made, role);
      expect(root).toMatchObject({ v: 2, site: 'https://example.com' });
      expect(path).toBe(join(made.folder, '.shoal/root/2.json'));
      expect(await modeOf(keyPath ?? '')).toBe(0o600);
      await publishProject(made);
      const after = await opened(made.dist);
      expect(after.head.root).toBe(2);
      expect(after.release.assets).toEqual(before.release.assets);
      expect(after.release.packs).toEqual(before.release.packs);
      // A visitor who trusts the old head: the counters start anew under another root (TUF 5.3.11).
      const verdict = judgeHead(after.head, await readFile(join(made.dist, 'shoal/head.json')), {
        rootVersion: 2,
        bakedFloor: before.head.floor,
        originTimeMs: Date.now(),
      });
      expect(verdict).toEqual({ kind: 'newer' });
      expect(
        judgeHead(before.head, oldHead, { rootVersion: 2, bakedFloor: 0, originTimeMs: Date.now() }),
      ).toEqual({
        kind: 'refused',
        reason: 'root-mismatch',
      });
      expect(await publishProject(made)).toMatchObject({ status: 'unchanged' });
    },
  );

  test('[C10] leaves the old key without effect, also when its file is still there', async () => {
    const made = await project(files);
    await rotate(made, 'release');
    const text = inventoryText(await inventory(made.config));
    expect(text).toContain('not named by this root');
    await publishProject(made);
    const { keys } = await newest(made);
    const old = await readKeyFile(join(made.folder, '.shoal/keys/release.json'));
    expect(Object.keys(keys)).not.toContain(old.keyId);
  });

  test('works without the key that was lost, but not without the root key', async () => {
    const made = await project(files);
    await publishProject(made);
    await rm(join(made.folder, '.shoal/keys/release.json'));
    await rotate(made, 'release');
    expect(await publishProject(made)).toMatchObject({ status: 'published' });
    await rm(join(made.folder, '.shoal/keys/root.json'));
    const { path } = await rotate(made, 'head').catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'keys', hint: containing('--prepare') });
      return { path: '' };
    });
    expect(path).toBe('');
    // Nothing was left behind by the attempt.
    expect((await inventory(made.config)).unnamed).toEqual([]);
  });

  test('[C14] ends with the 256th root: a 257th is not made, not read and not believed', async () => {
    const made = await project(files);
    const folder = join(made.folder, '.shoal/root');
    const key = await readKeyFile(join(made.folder, '.shoal/keys/root.json')).then((file) =>
      file.unlock(nobody),
    );
    const root = await newest(made);
    for (let version = 2; version <= limits.rootRotations + 1; version++) {
      const payload = payloadOf({ ...root, v: version });
      const bytes = encodeEnvelope([await signDocument('root', payload, key.secretKey)], payload);
      await writeFile(join(folder, `${version}.json`), bytes);
    }
    const last = await newest(made);
    expect(last.v).toBe(256);
    const next = await readFile(join(folder, '257.json'));
    await expect(openNextRoot(next, last)).rejects.toMatchObject({ code: 'bad-shape' });
    expect(await publishProject(made)).toMatchObject({ status: 'published' });
    await expect(rotate(made, 'head')).rejects.toMatchObject({ code: 'refused', message: containing('256') });
  }, 60_000);
});

describe('several keys', () => {
  test('[C12] a threshold that can never be met is refused before anything is written', async () => {
    const made = await project({});
    const tooMany = change(made, () => ({ change: { kind: 'threshold', role: 'head', threshold: 2 } }));
    await expect(tooMany).rejects.toMatchObject({ code: 'refused', message: containing('2 of 1') });
    const id = (await newest(made)).roles.head.k[0] ?? '';
    const none = change(made, (root) => ({
      change: { kind: 'revoke', keyId: keyIdIn(root, id.slice(0, 8)) },
    }));
    await expect(none).rejects.toMatchObject({ code: 'refused', hint: containing('rotate') });
    expect((await newest(made)).v).toBe(1);
  });

  test('a key is not added twice to a role', async () => {
    const made = await project({});
    const key = await readKeyFile(join(made.folder, '.shoal/keys/head.json'));
    await expect(change(made, () => ({ change: { kind: 'add', role: 'head', key } }))).rejects.toMatchObject({
      code: 'refused',
    });
  });

  test('a release with a threshold of two carries two signatures; with one key here it says who else may sign', async () => {
    const made = await project(files);
    const key = await newKey('release');
    await change(made, () => ({
      change: { kind: 'add', role: 'release', key, threshold: 2 },
      made: { key },
    }));
    await publishProject(made);
    const { release } = await readSignatures(made);
    expect(release).toHaveLength(2);
    await rm(join(made.folder, `.shoal/keys/release-${key.keyId.slice(0, 8)}.json`));
    await writeFile(join(made.dist, 'data/cities.json'), '{}');
    await expect(publishProject(made)).rejects.toMatchObject({
      code: 'keys',
      message: containing(`only 1 key that may sign is here (root 2 names`),
      hint: containing('--prepare'),
    });
  });

  test('a root is made by its holders: changes add up in one request, each signs, and only then it counts', async () => {
    const made = await project(files);
    const [alice, bob] = await Promise.all([newKey('root'), newKey('root')]);
    const request = join(made.folder, 'root.request.json');
    await change(
      made,
      (root) => ({ change: { kind: 'replace', role: 'root', old: onlyKeyOf(root, 'root'), key: alice } }),
      request,
    );
    await change(made, () => ({ change: { kind: 'add', role: 'root', key: bob, threshold: 2 } }), request);
    const finish = () => finishRoot({ config: made.config, passphrases: nobody }, request);
    // finish signs with what is here: the old root key.
    await expect(finish()).rejects.toMatchObject({ code: 'keys', message: containing('0 of its own 2') });
    for (const key of [alice, bob]) {
      const path = join(made.folder, `${key.keyId}.json`);
      await writeKey(path, key);
      const before = await readRequest(request);
      const signed = await signRequest(before, await keyringFrom([path], nobody, () => {}));
      await writeRequest(request, signed);
      if (key === alice)
        await expect(finish()).rejects.toMatchObject({ message: containing('1 of its own 2') });
    }
    expect((await statesOf(await readRequest(request))).map(({ signedBy }) => signedBy.length)).toEqual([
      0, 2,
    ]);
    expect(await finish()).toMatchObject({ status: 'written' });
    expect((await newest(made)).roles.root).toMatchObject({ m: 2, k: [alice.keyId, bob.keyId] });
    await expect(finish()).rejects.toMatchObject({ code: 'refused', message: containing('other roots') });
  });

  test('[M3] a weak public key, one that is none, or whose id is another, is not taken', async () => {
    const made = await project({});
    const path = join(made.folder, 'somebody.pub.json');
    const key = await newKey('head');
    await writeFile(path, publicKeyText(key));
    expect(await readPublicKey(path)).toMatchObject({ keyId: key.keyId });
    const small = new Uint8Array(32);
    const weak = { ...key, publicKey: small, keyId: await keyIdOf(small) };
    for (const text of [publicKeyText(weak), publicKeyText({ ...key, keyId: 'ab'.repeat(32) }), '{}', 'x']) {
      await writeFile(path, text);
      await expect(readPublicKey(path)).rejects.toMatchObject({ code: 'keys' });
    }
  });
});

async function readSignatures({ dist }: Project): Promise<{ release: unknown[] }> {
  const { head } = await opened(dist);
  const text = await readFile(join(dist, `shoal/release/${head.release.sha256}.json`), 'utf8');
  const line: unknown = JSON.parse(text.slice(0, text.indexOf('\n')));
  const list: unknown = typeof line === 'object' && line !== null ? Reflect.get(line, 'signatures') : [];
  return { release: Array.isArray(list) ? list : [] };
}
