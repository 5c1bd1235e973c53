import { beforeAll, describe, expect, it } from 'vitest';
import {
  fromHex,
  openFirstRoot,
  openNextRoot,
  parseRoot,
  payloadOf,
  toBase64Url,
} from '../../manifests/index.ts';
import { type RootJson, rootJson, seal, type Signer, signersOf, verdictOf } from './fixture.ts';

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

interface RootKeys {
  readonly of: readonly number[];
  readonly m: unknown;
}

const rootOf = (v: number, { of, m }: RootKeys, headKey = 11, releaseKey = 10): RootJson =>
  rootJson(v, {
    root: { signers: keysAt(of), threshold: m },
    release: { signers: [keyAt(releaseKey)], threshold: 1 },
    head: { signers: [keyAt(headKey)], threshold: 1 },
  });

async function rotation(from: RootKeys, to: RootKeys, signedBy: readonly number[], v = 2): Promise<string> {
  const trusted = await openFirstRoot(await seal('root', rootOf(1, from), keysAt(from.of)));
  const next = await seal('root', rootOf(v, to), keysAt(signedBy));
  return verdictOf(() => openNextRoot(next, trusted));
}

const threeOfFive = { of: [0, 1, 2, 3, 4], m: 3 };

describe('a new root', () => {
  it.each([
    { name: '1 of 1, signed by the old key and the new one', from: { of: [0], m: 1 }, to: { of: [1], m: 1 }, by: [0, 1], taken: true },
    { name: '1 of 1, the same key again', from: { of: [0], m: 1 }, to: { of: [0], m: 1 }, by: [0], taken: true },
    { name: '1 of 1, with a stranger\'s signature beside', from: { of: [0], m: 1 }, to: { of: [1], m: 1 }, by: [5, 0, 1], taken: true },
    { name: '1 of 1, without the old key', from: { of: [0], m: 1 }, to: { of: [1], m: 1 }, by: [1], taken: false },
    { name: '1 of 1, without the new key', from: { of: [0], m: 1 }, to: { of: [1], m: 1 }, by: [0], taken: false },
    { name: '1 of 1, by nobody who may', from: { of: [0], m: 1 }, to: { of: [1], m: 1 }, by: [5], taken: false },
    { name: '3 of 5, any three', from: threeOfFive, to: threeOfFive, by: [0, 2, 4], taken: true },
    { name: '3 of 5, another three', from: threeOfFive, to: threeOfFive, by: [4, 3, 1], taken: true },
    { name: '3 of 5, only two', from: threeOfFive, to: threeOfFive, by: [0, 2], taken: false },
    { name: '3 of 5, one key replaced', from: threeOfFive, to: { of: [0, 1, 2, 3, 5], m: 3 }, by: [0, 1, 2], taken: true },
    { name: '3 of 5, one key replaced, old and new at the edge', from: threeOfFive, to: { of: [0, 1, 3, 4, 5], m: 3 }, by: [2, 3, 4, 5], taken: true },
    { name: '3 of 5, one key replaced, only two of the new', from: threeOfFive, to: { of: [0, 1, 3, 5, 6], m: 3 }, by: [2, 4, 0, 1], taken: false },
    { name: '3 of 5, one key replaced, only two of the old', from: threeOfFive, to: { of: [2, 3, 4, 5, 6], m: 3 }, by: [2, 3, 5], taken: false },
    { name: '3 of 5, all keys replaced', from: threeOfFive, to: { of: [5, 6, 7, 8, 9], m: 3 }, by: [0, 1, 2, 5, 6, 7], taken: true },
    { name: '3 of 5, all keys replaced, only the new ones', from: threeOfFive, to: { of: [5, 6, 7, 8, 9], m: 3 }, by: [5, 6, 7, 8, 9], taken: false },
    { name: 'threshold up, met', from: { of: [0, 1, 2], m: 1 }, to: { of: [0, 1, 2], m: 2 }, by: [0, 1], taken: true },
    { name: 'threshold up, not met', from: { of: [0, 1, 2], m: 1 }, to: { of: [0, 1, 2], m: 2 }, by: [0], taken: false },
    { name: 'threshold down, signed by the old number', from: { of: [0, 1, 2], m: 2 }, to: { of: [0, 1, 2], m: 1 }, by: [0, 1], taken: true },
    { name: 'threshold down, signed by the new number only', from: { of: [0, 1, 2], m: 2 }, to: { of: [0, 1, 2], m: 1 }, by: [0], taken: false },
  ])('$name [C3]', async ({ from, to, by, taken }) => {
    expect(await rotation(from, to, by)).toBe(taken ? 'taken' : 'bad-signature');
  }); // prettier-ignore

  it('is exactly one version further: not the same again, and none is left out [C5]', async () => {
    const one = { of: [0], m: 1 };
    expect(await rotation(one, one, [0], 2)).toBe('taken');
    expect(await rotation(one, one, [0], 1)).toBe('wrong-version');
    expect(await rotation(one, one, [0], 3)).toBe('wrong-version');
  });

  it('cannot be reached from version 1 to 3 without version 2, although 3 is signed by the keys of 1 [C5]', async () => {
    const one = { of: [0], m: 1 };
    const trusted = await openFirstRoot(await seal('root', rootOf(1, one), [keyAt(0)]));
    const second = await openNextRoot(
      await seal('root', rootOf(2, { of: [1], m: 1 }), keysAt([0, 1])),
      trusted,
    );
    const third = await seal('root', rootOf(3, { of: [2], m: 1 }), keysAt([0, 1, 2]));
    expect(await verdictOf(() => openNextRoot(third, trusted))).toBe('wrong-version');
    expect((await openNextRoot(third, second)).v).toBe(3);
  });

  it('is for the same site as the old one', async () => {
    const trusted = await openFirstRoot(await seal('root', rootOf(1, { of: [0], m: 1 }), [keyAt(0)]));
    const foreign = { ...rootOf(2, { of: [0], m: 1 }), site: 'https://example.org' };
    const bytes = await seal('root', foreign, [keyAt(0)]);
    expect(await verdictOf(() => openNextRoot(bytes, trusted))).toBe('wrong-site');
  });
});

describe('the first root', () => {
  it('must carry its own threshold [A4]', async () => {
    const first = rootOf(1, threeOfFive);
    for (const { by, verdict } of [
      { by: [0, 1, 2], verdict: 'taken' },
      { by: [0, 1], verdict: 'bad-signature' },
      { by: [], verdict: 'bad-signature' },
      { by: [0, 1, 5, 6], verdict: 'bad-signature' },
    ]) {
      const bytes = await seal('root', first, keysAt(by));
      expect(await verdictOf(() => openFirstRoot(bytes))).toBe(verdict);
    }
  });

  it.each([0, -1, 1.5, '1', 3, null, true, [1], 2 ** 53])(
    'with a threshold of %j for two keys is refused [C6] [C12]',
    async (threshold) => {
      const bytes = await seal('root', rootOf(1, { of: [0, 1], m: threshold }), keysAt([0, 1]));
      expect(['bad-shape', 'bad-json']).toContain(await verdictOf(() => openFirstRoot(bytes)));
    },
  );

  it('with a role that has no keys is refused [C12]', async () => {
    const bytes = await seal('root', rootOf(1, { of: [], m: 1 }), [keyAt(0)]);
    expect(await verdictOf(() => openFirstRoot(bytes))).toBe('bad-shape');
  });

  it('with more than 16 keys in a role is refused', async () => {
    const many = await signersOf(20, 17);
    const of = (signers: readonly Signer[]) => {
      const one = { signers: [keyAt(0)], threshold: 1 };
      return payloadOf(rootJson(1, { root: { signers, threshold: 1 }, release: one, head: one }));
    };
    expect(await verdictOf(() => parseRoot(of(many.slice(1))))).toBe('taken');
    expect(await verdictOf(() => parseRoot(of(many)))).toBe('too-large');
  });

  it('with one key under two ids is refused, so that it cannot count twice [C8]', async () => {
    const root = rootOf(1, { of: [0], m: 1 });
    const { keyId, keyText } = keyAt(0);
    const twice = {
      ...root,
      keys: { ...root.keys, [keyAt(5).keyId]: keyText },
      roles: { ...root.roles, root: { k: [keyId, keyAt(5).keyId], m: 2 } },
    };
    expect(await verdictOf(() => parseRoot(payloadOf(twice)))).toBe('bad-key');
  });

  it('that names a key twice in a role, or one that it does not have, is refused [C8]', async () => {
    const { keyId } = keyAt(0);
    for (const k of [
      [keyId, keyId],
      [keyId, keyAt(9).keyId],
      [keyId, 'toString'],
      [keyId, 7],
    ]) {
      const root = rootOf(1, { of: [0], m: 1 });
      const changed = { ...root, roles: { ...root.roles, root: { k, m: 2 } } };
      expect(await verdictOf(() => parseRoot(payloadOf(changed)))).toBe('bad-shape');
    }
  });

  it('with a key that is none is refused [C13]', async () => {
    const keyTexts = [
      toBase64Url(new Uint8Array(31)),
      toBase64Url(new Uint8Array(33)),
      toBase64Url(new Uint8Array(32)),
      toBase64Url(new Uint8Array(32).fill(255)),
      toBase64Url(
        fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa') ?? new Uint8Array(0),
      ),
      `${keyAt(5).keyText}=`,
      '',
    ];
    for (const keyText of keyTexts) {
      const root = rootOf(1, { of: [0], m: 1 });
      const changed = { ...root, keys: { ...root.keys, ['ab'.repeat(32)]: keyText } };
      expect(['bad-key', 'too-large']).toContain(await verdictOf(() => parseRoot(payloadOf(changed))));
    }
  });
});
