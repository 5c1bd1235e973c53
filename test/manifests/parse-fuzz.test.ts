import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManifestError, parseHead, parseRelease, parseRoot, payloadOf } from '../../manifests/index.ts';
import { headJson, type Json, releaseJson, rootJson, signerOf, site } from './fixture.ts';

/** Where something stands in a document: field names and indexes from the top. */
type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];
}

/** The same with something else at one place; `undefined` there takes the field away. */
function replaceAt(value: unknown, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other;
  if (Array.isArray(value)) {
    return value.map((item: unknown, i) => (i === Number(key) ? replaceAt(item, rest, other) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => [
    name,
    name === key ? replaceAt(inner, rest, other) : inner,
  ]);
  return Object.fromEntries(fields);
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined, null, true, false, 0, -1, 1, 1.5, 2 ** 53, -(2 ** 53), 1e308, 1e13, '', '0', '\u0000', 'toString',
    [], [[]], [null], {}, { length: 3 }, { toString: null }, { toJSON: 1 }, { k: [], m: 0 }, { v: 1 },
    'https://example.com', 'x'.repeat(2_000), Array.from({ length: 100 }, () => 0),
  ),
  fc.jsonValue({ maxDepth: 3 }),
); // prettier-ignore

/** One to three places changed, each into anything. */
function brokenForms(document: Json): fc.Arbitrary<unknown> {
  const change = fc.tuple(fc.constantFrom(...pathsOf(document)), odd);
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce<unknown>((form, [path, other]) => replaceAt(form, path, other), document),
    );
}

/**
 * Either a {@link ManifestError} with a code and a place, or a value that is the same when it is written and
 * read again. Anything else that is thrown fails the test.
 */
async function isRefusedOrSound(form: unknown, parse: (payload: Uint8Array) => unknown): Promise<boolean> {
  const payload = payloadOf({ form });
  const inner = payload.subarray('{"form":'.length, payload.length - 1);
  try {
    const value = await parse(inner);
    if (typeof value !== 'object' || value === null) return false;
    expect(await parse(payloadOf(value))).toEqual(value);
    return true;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return error.code.length > 0 && error.where.length > 0 && error.message.startsWith(error.where);
  }
}

describe('JSON of a wrong shape at any place', () => {
  it.each([
    { name: 'head', document: headJson(), parse: (payload: Uint8Array) => parseHead(payload, site) },
    { name: 'release', document: releaseJson(), parse: (payload: Uint8Array) => parseRelease(payload, site) },
  ])('is refused as a $name with a code, or harmless: 4,000 forms [A17]', async ({ document, parse }) => {
    const property = fc.asyncProperty(brokenForms(document), (form) => isRefusedOrSound(form, parse));
    await fc.assert(property, { numRuns: 4_000, seed: 20_261_121 });
  });

  it('is refused as a root with a code, or harmless: 2,000 forms [A17]', async () => {
    const [one, two] = await Promise.all([signerOf(1), signerOf(2)]);
    const role = { signers: [one, two], threshold: 2 };
    const document = rootJson(1, { root: role, release: role, head: { signers: [one], threshold: 1 } });
    const property = fc.asyncProperty(brokenForms(document), (form) =>
      isRefusedOrSound(form, (payload) => parseRoot(payload, site)),
    );
    await fc.assert(property, { numRuns: 2_000, seed: 20_261_121 });
  });
});
