import { beforeAll, describe, expect, it } from 'vitest';
import {
  encodeEnvelope,
  openFirstRoot,
  openHead,
  openNextRoot,
  openRelease,
  payloadOf,
  type Root,
  signDocument,
  type Signature,
  toBase64Url,
} from '../../manifests/index.ts';
import {
  headJson,
  newSite,
  refOf,
  releaseJson,
  rootJson,
  seal,
  type Signer,
  signerOf,
  signersOf,
  verdictOf,
} from './fixture.ts';

/** Keys 0-9 sign roots, 10 releases, 11 and 12 heads. */
let keys: readonly Signer[];
const keyAt = (index: number): Signer => {
  const key = keys[index];
  if (key === undefined) throw new RangeError(`there is no key ${index}`);
  return key;
};
const keysAt = (indexes: readonly number[]): readonly Signer[] => indexes.map(keyAt);

beforeAll(async () => {
  keys = await signersOf(1, 13);
});

describe('a threshold', () => {
  let trusted: Root;
  let payload: Uint8Array<ArrayBuffer>;

  beforeAll(async () => {
    const of = (indexes: readonly number[], threshold: number) => ({ signers: keysAt(indexes), threshold });
    const root = rootJson(1, { root: of([0], 1), release: of([10], 1), head: of([1, 2, 3], 2) });
    trusted = await openFirstRoot(await seal('root', root, [keyAt(0)]));
    payload = payloadOf(headJson());
  });

  const signed = (index: number): Promise<Signature> => signDocument('head', payload, keyAt(index).secretKey);

  async function verdict(signatures: readonly Signature[]): Promise<string> {
    return verdictOf(() => openHead(encodeEnvelope(signatures, payload), trusted));
  }

  it('counts different keys: one that signs twice counts once [C7]', async () => {
    const [one, two] = await Promise.all([signed(1), signed(2)]);
    expect(await verdict([one, two])).toBe('taken');
    expect(await verdict([one, one])).toBe('bad-signature');
    expect(await verdict(Array.from({ length: 32 }, () => one))).toBe('bad-signature');
  });

  it('counts a key by its own id only: under another one the same signature is worth nothing [C7]', async () => {
    const one = await signed(1);
    expect(await verdict([one, { ...one, keyid: keyAt(2).keyId }])).toBe('bad-signature');
  });

  it('is met beside signatures that are garbage, in any order [C11]', async () => {
    const [one, two] = await Promise.all([signed(1), signed(2)]);
    const garbage: Signature[] = [
      { keyid: keyAt(3).keyId, sig: one.sig },
      { keyid: keyAt(2).keyId, sig: toBase64Url(new Uint8Array(64)) },
      { keyid: keyAt(2).keyId, sig: 'not base64url!' },
      { keyid: keyAt(2).keyId, sig: '' },
      { keyid: 'nobody', sig: two.sig },
      { keyid: '__proto__', sig: two.sig },
    ];
    expect(await verdict([...garbage, one, two])).toBe('taken');
    expect(await verdict([one, ...garbage, two])).toBe('taken');
    expect(await verdict([...garbage, one])).toBe('bad-signature');
  });

  it('is not met by keys of other roles [C9]', async () => {
    const { root, headKey, releaseKey, rootKey } = await newSite();
    const open = async (signers: readonly Signer[]) => {
      const head = await seal('head', headJson(), signers);
      const release = await seal('release', releaseJson(), signers);
      const ref = await refOf(release);
      return [
        await verdictOf(() => openHead(head, root)),
        await verdictOf(() => openRelease(release, root, ref)),
      ];
    };
    expect(await open([headKey])).toEqual(['taken', 'bad-signature']);
    expect(await open([releaseKey])).toEqual(['bad-signature', 'taken']);
    expect(await open([rootKey])).toEqual(['bad-signature', 'bad-signature']);
    expect(await open([headKey, releaseKey])).toEqual(['taken', 'taken']);
  });
});

describe("after a rotation of the head's and the release's keys", () => {
  const role = (signers: readonly Signer[], threshold: number) => ({ signers, threshold });

  it.each([
    { name: 'the same key stays', to: [1], m: 1, by: [1], taken: true },
    { name: 'a new key replaces it', to: [2], m: 1, by: [2], taken: true },
    { name: 'the old key no longer signs [C10]', to: [2], m: 1, by: [1], taken: false },
    { name: 'the old key beside the new one does no harm', to: [2], m: 1, by: [1, 2], taken: true },
    { name: 'a second key is added, the first still signs', to: [1, 2], m: 1, by: [1], taken: true },
    { name: 'a second key is added, it may sign too', to: [1, 2], m: 1, by: [2], taken: true },
    { name: 'the threshold goes up, both sign', to: [1, 2], m: 2, by: [1, 2], taken: true },
    { name: 'the threshold goes up, one signs', to: [1, 2], m: 2, by: [1], taken: false },
    { name: 'two of three, one of them revoked', to: [2, 3, 4], m: 2, by: [1, 2], taken: false },
    { name: 'two of three, two of the new', to: [2, 3, 4], m: 2, by: [2, 4], taken: true },
  ])('$name [C4]', async ({ to, m, by, taken }) => {
    const old = await openFirstRoot(
      await seal(
        'root',
        rootJson(1, {
          root: role(keysAt([0]), 1),
          release: role(keysAt([1]), 1),
          head: role(keysAt([1]), 1),
        }),
        [keyAt(0)],
      ),
    );
    const json = rootJson(2, {
      root: role(keysAt([0]), 1),
      release: role(keysAt(to), m),
      head: role(keysAt(to), m),
    });
    const next = await openNextRoot(await seal('root', json, [keyAt(0)]), old);

    const release = await seal('release', releaseJson(), keysAt(by));
    const head = await seal('head', headJson({ root: 2 }), keysAt(by));
    const ref = await refOf(release);
    const expected = taken ? 'taken' : 'bad-signature';
    expect(await verdictOf(() => openHead(head, next))).toBe(expected);
    expect(await verdictOf(() => openRelease(release, next, ref))).toBe(expected);
  });

  it('a stranger never could sign', async () => {
    const { root } = await newSite();
    const head = await seal('head', headJson(), [await signerOf(99)]);
    expect(await verdictOf(() => openHead(head, root))).toBe('bad-signature');
  });
});
