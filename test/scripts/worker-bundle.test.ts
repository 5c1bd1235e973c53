/** What the build leaves out of the worker's script is not missed there. */
import { build } from 'esbuild';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { bundles } from '../../scripts/build/bundles.ts';
import { minified } from '../../scripts/build/minify.ts';
import { withoutUnusedMethods } from '../../scripts/build/unused-methods.ts';
import { root } from '../../scripts/root.ts';
import { vectors } from '../manifests/rfc8032.ts';

const Verifier = v.object({
  verifySignature: v.custom<
    (signature: Uint8Array, message: Uint8Array, key: Uint8Array) => Promise<boolean>
  >((value) => typeof value === 'function'),
  isUsablePublicKey: v.custom<(key: Uint8Array) => boolean>((value) => typeof value === 'function'),
});

/** The worker's verifier as it is shipped: bundled with the worker's plugins, and minified in the same way. */
async function shippedVerifier(): Promise<v.InferOutput<typeof Verifier>> {
  const worker = bundles.find(({ entry }) => entry === 'sw/main.ts');
  const { outputFiles } = await build({
    ...worker?.options,
    stdin: {
      contents:
        "import { isUsablePublicKey, verifySignature } from './manifests/ed25519.ts'; globalThis.shipped = { isUsablePublicKey, verifySignature };",
      resolveDir: root,
    },
    bundle: true,
    write: false,
  });
  const script = await minified(outputFiles[0]?.text ?? '', worker?.forVisitors?.internalNames ?? []);
  await import(`data:text/javascript,${encodeURIComponent(script)}`);
  return v.parse(Verifier, Reflect.get(globalThis, 'shipped'));
}

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

describe("the worker's verifier as it is shipped", () => {
  it('takes the signatures of RFC 8032, and none that is changed in one bit', async () => {
    const { verifySignature } = await shippedVerifier();
    for (const { name, signature, message, publicKey } of vectors) {
      const right = bytes(signature);
      expect(await verifySignature(right, bytes(message), bytes(publicKey)), name).toBe(true);
      for (const bit of [0, 100, 255, 256, 400, 511]) {
        const wrong = Uint8Array.from(right, (byte, at) =>
          at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
        );
        expect(await verifySignature(wrong, bytes(message), bytes(publicKey)), `${name}, ${bit}`).toBe(false);
      }
    }
  });

  it('refuses keys of small order, and second spellings', async () => {
    const { isUsablePublicKey } = await shippedVerifier();
    for (const { publicKey } of vectors) expect(isUsablePublicKey(bytes(publicKey))).toBe(true);
    for (const key of [
      `01${'00'.repeat(31)}`,
      '00'.repeat(32),
      `ec${'ff'.repeat(30)}7f`,
      `01${'00'.repeat(30)}80`,
      `ee${'ff'.repeat(30)}7f`,
    ]) {
      expect(isUsablePublicKey(bytes(key)), key).toBe(false);
    }
  });
});

describe('methods that nothing names', () => {
  it('are removed, also those that only they called', () => {
    const code = `class A { used() { return 1; } unused() { return this.inner(); } inner() { return 2; } get odd() { return 3; } }
      new A().used();`;
    expect(withoutUnusedMethods(code)).not.toMatch(/unused|inner|odd/);
    expect(withoutUnusedMethods(code)).toContain('used() { return 1; }');
  });

  it('stay where the name is written somehow, or the language calls them', () => {
    const code = `class A { constructor() {} one() {} two() {} three() {} toString() { return ''; } #own() {} [Symbol.iterator]() {} }
      const { one } = new A(); new A()['two'](); new A()?.three();`;
    expect(withoutUnusedMethods(code)).toBe(code);
  });
});
