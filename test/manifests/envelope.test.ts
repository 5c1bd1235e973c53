import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkLayers,
  concatBytes,
  decodeEnvelope,
  encodeEnvelope,
  equalBytes,
  fromUtf8,
  limits,
  openFirstRoot,
  openHead,
  openRelease,
  payloadOf,
  preAuthEncoding,
  sha256Hex,
  signDocument,
  utf8,
} from '../../manifests/index.ts';
import { flipBit, headJson, newSite, noise, refOf, releaseJson, seal, site, verdictOf } from './fixture.ts';

let example: Awaited<ReturnType<typeof newSite>>;
let head: Uint8Array<ArrayBuffer>;
let release: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  example = await newSite();
  head = await seal('head', headJson(), [example.headKey]);
  release = await seal('release', releaseJson(), [example.releaseKey]);
});

const headVerdict = (bytes: Uint8Array) => verdictOf(() => openHead(bytes, example.root));

/** As if a head had named exactly these bytes, so that only what is inside them can refuse them. */
async function releaseVerdict(bytes: Uint8Array) {
  const ref = await refOf(bytes);
  return verdictOf(() => openRelease(bytes, example.root, ref));
}

describe('the pre-authentication encoding', () => {
  it("is DSSE version 1, by the specification's own example", () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'));
    expect(fromUtf8(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes, not characters', () => {
    expect(fromUtf8(preAuthEncoding('é', utf8('ü€')))).toBe('DSSEv1 2 é 5 ü€');
  });

  it('tells apart what would read the same without the lengths', () => {
    const one = preAuthEncoding('a', utf8('b c'));
    const other = preAuthEncoding('a b', utf8('c'));
    expect(equalBytes(one, other)).toBe(false);
  });
});

describe('an envelope', () => {
  it("gives back the payload's exact bytes, whatever they are [A1]", async () => {
    const payload = noise(500);
    const signatures = [await signDocument('head', payload, example.headKey.secretKey)];
    const envelope = decodeEnvelope(encodeEnvelope(signatures, payload), 'head', limits.headBytes);
    expect(envelope.signatures).toEqual(signatures);
    expect(equalBytes(envelope.payload, payload)).toBe(true);
  });

  it('opens for a chain that is right: root, head, release, layers [A1]', async () => {
    expect((await openFirstRoot(example.rootBytes, site)).v).toBe(1);
    expect((await openHead(head, example.root)).mode).toBe('on');
    expect(Object.keys((await openRelease(release, example.root, await refOf(release))).assets)).toHaveLength(
      2,
    );
    const layers = noise(128);
    expect(await checkLayers(layers, { sha256: await sha256Hex(layers), len: 128 })).toBe(layers);
  });

  it('is refused with any single bit of it turned [A2]', async () => {
    const taken: number[] = [];
    for (let bit = 0; bit < head.length * 8; bit++) {
      if ((await headVerdict(flipBit(head, bit))) === 'taken') taken.push(bit);
    }
    expect(head.length * 8).toBeGreaterThan(4_096);
    expect(taken).toEqual([]);
  }, 60_000);

  it('of a release is refused with a bit turned, even if the head named the turned bytes [A2]', async () => {
    const taken: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      const bit = (i * 7_919) % (release.length * 8);
      if ((await releaseVerdict(flipBit(release, bit))) === 'taken') taken.push(bit);
    }
    expect(taken).toEqual([]);
  }, 60_000);

  it('without a signature is refused, for each kind of document [A3] [A4]', async () => {
    const unsigned = (bytes: Uint8Array) =>
      encodeEnvelope([], decodeEnvelope(bytes, 'test', limits.releaseBytes).payload);
    expect(await headVerdict(unsigned(head))).toBe('bad-signature');
    expect(await releaseVerdict(unsigned(release))).toBe('bad-signature');
    expect(await verdictOf(() => openFirstRoot(unsigned(example.rootBytes)))).toBe('bad-signature');
  });

  it('of one kind is refused as another, although the same key may sign both [A6]', async () => {
    const { root, rootKey } = example;
    const { keyId } = rootKey;
    const one = { k: [keyId], m: 1 };
    const shared = {
      ...root,
      keys: { [keyId]: rootKey.keyText },
      roles: { root: one, release: one, head: one },
    };
    const asHead = await seal('head', releaseJson(), [rootKey]);
    const asRelease = await seal('release', headJson(), [rootKey]);
    const signedHead = await seal('head', headJson(), [rootKey]);
    const signedRelease = await seal('release', releaseJson(), [rootKey]);

    expect(await verdictOf(() => openHead(signedHead, shared))).toBe('taken');
    expect(await verdictOf(() => openHead(signedRelease, shared))).toBe('bad-signature');
    const headAsRelease = await refOf(signedHead);
    expect(await verdictOf(() => openRelease(signedHead, shared, headAsRelease))).toBe('bad-signature');
    expect(await verdictOf(() => openFirstRoot(signedHead))).toBe('wrong-type');

    // [A8] Signed as what it is presented as, but saying that it is something else.
    expect(await verdictOf(() => openHead(asHead, shared))).toBe('wrong-type');
    const releaseRef = await refOf(asRelease);
    expect(await verdictOf(() => openRelease(asRelease, shared, releaseRef))).toBe('wrong-type');
  });

  it('of another site is refused, although the same key signed it [A7]', async () => {
    const foreignHead = await seal('head', headJson({ site: 'https://example.org' }), [example.headKey]);
    const foreignRelease = await seal('release', releaseJson({ site: 'https://example.org' }), [
      example.releaseKey,
    ]);
    expect(await headVerdict(foreignHead)).toBe('wrong-site');
    expect(await releaseVerdict(foreignRelease)).toBe('wrong-site');
    expect(await verdictOf(() => openFirstRoot(example.rootBytes, 'https://example.org'))).toBe('wrong-site');
  });

  it('whose type is wrong is refused, although the signature is right [A8]', async () => {
    expect(await headVerdict(await seal('head', headJson({ t: 'release' }), [example.headKey]))).toBe(
      'wrong-type',
    );
  });

  it('may say more in its line of signatures, and nobody listens [A10]', async () => {
    const { payload, signatures } = decodeEnvelope(head, 'head', limits.headBytes);
    const line = JSON.stringify({
      alg: 'none',
      signatures: signatures.map((one) => ({ ...one, alg: 'none', keyid_hash_algorithms: ['md5'] })),
    });
    expect(await headVerdict(concatBytes([utf8(`${line}\n`), payload]))).toBe('taken');
  });

  it('cut short anywhere is refused [A18]', async () => {
    const taken: number[] = [];
    for (let length = 0; length < head.length; length++) {
      if ((await headVerdict(head.subarray(0, length))) === 'taken') taken.push(length);
    }
    expect(head.length).toBeGreaterThan(500);
    expect(taken).toEqual([]);
  });

  it('with anything behind it is refused, also a second envelope [A20]', async () => {
    for (const more of [utf8('\n'), utf8(' '), utf8('{}'), Uint8Array.of(0), head]) {
      expect(await headVerdict(concatBytes([head, more]))).toBe('bad-signature');
    }
    for (const more of ['\n', ' ', '{}', '\u0000']) {
      const payload = `${JSON.stringify(headJson())}${more}`;
      expect(await headVerdict(await seal('head', payload, [example.headKey]))).toBe('bad-json');
    }
  });

  it('that is none is refused with a code', async () => {
    const line = (value: unknown) => concatBytes([utf8(`${JSON.stringify(value)}\n`), payloadOf(headJson())]);
    expect(await headVerdict(new Uint8Array(0))).toBe('bad-envelope');
    expect(await headVerdict(payloadOf(headJson()))).toBe('bad-envelope');
    expect(await headVerdict(utf8('<!doctype html>\n<p>404'))).toBe('bad-json');
    expect(await headVerdict(line([]))).toBe('bad-shape');
    expect(await headVerdict(line({}))).toBe('bad-shape');
    expect(await headVerdict(line({ signatures: {} }))).toBe('bad-shape');
    expect(await headVerdict(line({ signatures: [null] }))).toBe('bad-shape');
    expect(await headVerdict(line({ signatures: [{ keyid: 7, sig: '' }] }))).toBe('bad-shape');
    const many = Array.from({ length: limits.signatures + 1 }, () => ({ keyid: '', sig: '' }));
    expect(await headVerdict(line({ signatures: many }))).toBe('too-large');
  });
});

describe('the limits', () => {
  it('hold before anything is parsed: one byte over is refused at once [A15]', async () => {
    const { root } = example;
    const cases = [
      { limitBytes: limits.headBytes, open: (bytes: Uint8Array) => openHead(bytes, root) },
      { limitBytes: limits.rootBytes, open: (bytes: Uint8Array) => openFirstRoot(bytes) },
      {
        limitBytes: limits.releaseBytes,
        open: (bytes: Uint8Array) => decodeEnvelope(bytes, 'release', limits.releaseBytes),
      },
    ];
    for (const { limitBytes, open } of cases) {
      const bytes = new Uint8Array(limitBytes + 1).fill(0x5b);
      // The quickest of five: a busy machine is no finding.
      const tookMs: number[] = [];
      for (let i = 0; i < 5; i++) {
        const began = performance.now();
        expect(await verdictOf(() => open(bytes))).toBe('too-large');
        tookMs.push(performance.now() - began);
      }
      expect(Math.min(...tookMs)).toBeLessThan(50);
      expect(await verdictOf(() => open(bytes.subarray(1)))).toBe('bad-envelope');
    }
  });

  it("keep a head's release below its limit, so that a longer one is never asked for", async () => {
    const ref = { v: 1, sha256: 'ab'.repeat(32), len: limits.releaseBytes + 1 };
    expect(await headVerdict(await seal('head', headJson({ release: ref }), [example.headKey]))).toBe(
      'bad-shape',
    );
  });

  it.each([10_000, 2_000_000])(
    'stand %i lists inside each other, unsigned and signed [A15]',
    async (depth) => {
      const nest = '['.repeat(depth) + ']'.repeat(depth);
      const unsigned = utf8(`{"signatures":${nest}}\n{}`);
      const verdict = await verdictOf(() => decodeEnvelope(unsigned, 'release', limits.releaseBytes));
      expect(['bad-json', 'bad-shape', 'too-large']).toContain(verdict);

      const text = JSON.stringify(releaseJson()).replace('"assets":{', `"assets":${nest},"x":{`);
      expect(['bad-json', 'bad-shape']).toContain(
        await releaseVerdict(await seal('release', text, [example.releaseKey])),
      );
    },
  );
});
