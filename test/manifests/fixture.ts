/** A site with keys, and documents for it that are right until a test makes them wrong. */
import { createHash } from 'node:crypto';
import {
  asDigest,
  type Digest,
  type DocumentType,
  encodeEnvelope,
  keyIdOf,
  layersLength,
  ManifestError,
  type ManifestErrorCode,
  openFirstRoot,
  payloadOf,
  publicKeyOf,
  type ReleaseRef,
  type Root,
  sha256Hex,
  signDocument,
  toBase64Url,
  utf8,
} from '../../manifests/index.ts';

export const site = 'https://example.com';

/** Whatever may stand in a document before it is signed. */
export type Json = Record<string, unknown>;

/** Somebody with a key. */
export interface Signer {
  readonly secretKey: Uint8Array;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  /** As it stands in a root. */
  readonly keyText: string;
}

/** The same number is always the same key. */
export async function signerOf(number: number): Promise<Signer> {
  const secretKey = new Uint8Array(32).fill(number);
  const publicKey = await publicKeyOf(secretKey);
  return { secretKey, publicKey, keyId: await keyIdOf(publicKey), keyText: toBase64Url(publicKey) };
}

/** The first `count` signers, numbered from `first`. */
export async function signersOf(first: number, count: number): Promise<readonly Signer[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => signerOf(first + i)));
}

/** Who may sign, and how many of them must. */
export interface RoleOf {
  readonly signers: readonly Signer[];
  readonly threshold: unknown;
}

/** A root's payload: open to what no root may have. */
export interface RootJson extends Json {
  readonly keys: Json;
  readonly roles: Json;
}

export function rootJson(
  v: number,
  roles: { readonly root: RoleOf; readonly release: RoleOf; readonly head: RoleOf },
): RootJson {
  const everybody = [roles.root, roles.release, roles.head].flatMap((role) => role.signers);
  const role = ({ signers, threshold }: RoleOf): Json => ({
    k: signers.map((signer) => signer.keyId),
    m: threshold,
  });
  return {
    t: 'root',
    spec: 1,
    v,
    site,
    keys: Object.fromEntries(everybody.map((signer) => [signer.keyId, signer.keyText])),
    roles: { root: role(roles.root), release: role(roles.release), head: role(roles.head) },
  };
}

export const releaseV = 1_763_668_790_000;
export const headSeq = 1_763_668_800_123;

/** A head's payload; the release that it names need not exist. */
export function headJson(changes: Json = {}): Json {
  return {
    t: 'head',
    spec: 1,
    site,
    seq: headSeq,
    root: 1,
    release: { v: releaseV, sha256: 'ab'.repeat(32), len: 1000 },
    floor: 0,
    mode: 'on',
    freshUntil: '2026-12-20T20:00:00Z',
    previous: [{ v: releaseV - 1, sha256: 'cd'.repeat(32), len: 999 }],
    ...changes,
  };
}

const piece = 65_536;
/** A well-formed digest of nothing in particular. */
export const someHash = toBase64Url(new Uint8Array(32).fill(7));

/** A release's payload, with every kind of field in it; the layers' length fits the assets. */
export function releaseJson(changes: Json = {}, assets: Readonly<Record<string, Json>> = someAssets()): Json {
  const sizes = Object.values(assets).map(({ n }) => ({ n: typeof n === 'number' ? n : 0 }));
  return {
    t: 'release',
    spec: 1,
    site,
    v: releaseV,
    piece,
    assets,
    layers: { sha256: 'ef'.repeat(32), len: layersLength(sizes, piece) },
    packs: [{ ih: '0123456789'.repeat(4), sha256: '89'.repeat(32), len: 500 }],
    ...changes,
  };
}

export function someAssets(): Readonly<Record<string, Json>> {
  return {
    '/app.4f3a.js': {
      n: 200_000,
      h: someHash,
      r: someHash,
      ct: 'text/javascript; charset=utf-8',
      im: true,
      hd: { 'cross-origin-resource-policy': 'same-origin' },
      p: 0,
      o: 0,
    },
    '/empty.txt': { n: 0, h: someHash, ct: 'text/plain' },
  };
}

/** Signs a payload (a document, or text that no honest tool would write) and puts it into an envelope. */
export async function seal(
  type: DocumentType,
  document: Json | string | Uint8Array,
  signers: readonly Signer[],
): Promise<Uint8Array<ArrayBuffer>> {
  const payload = payloadFrom(document);
  const signatures = await Promise.all(
    signers.map(({ secretKey }) => signDocument(type, payload, secretKey)),
  );
  return encodeEnvelope(signatures, payload);
}

export function payloadFrom(document: Json | string | Uint8Array): Uint8Array {
  if (document instanceof Uint8Array) return document;
  return typeof document === 'string' ? utf8(document) : payloadOf(document);
}

/** What a head would say of these bytes. */
export async function refOf(bytes: Uint8Array, v = releaseV): Promise<ReleaseRef> {
  return { v, sha256: await sha256Hex(bytes), len: bytes.length };
}

/** One root key, one release key, one head key, and the root that says so. */
export async function newSite(): Promise<{
  readonly root: Root;
  readonly rootBytes: Uint8Array;
  readonly rootKey: Signer;
  readonly releaseKey: Signer;
  readonly headKey: Signer;
}> {
  const [rootKey, releaseKey, headKey] = await Promise.all([signerOf(1), signerOf(2), signerOf(3)]);
  const rootBytes = await seal(
    'root',
    rootJson(1, {
      root: { signers: [rootKey], threshold: 1 },
      release: { signers: [releaseKey], threshold: 1 },
      head: { signers: [headKey], threshold: 1 },
    }),
    [rootKey],
  );
  return { root: await openFirstRoot(rootBytes), rootBytes, rootKey, releaseKey, headKey };
}

/** Why it was refused, or `taken`. Anything but a {@link ManifestError} is thrown on: nothing else may escape. */
export async function verdictOf(open: () => unknown): Promise<ManifestErrorCode | 'taken'> {
  try {
    await open();
    return 'taken';
  } catch (error) {
    if (error instanceof ManifestError) return error.code;
    throw error;
  }
}

/** A digest that a test knows to be one. */
export function digest(text: string): Digest {
  const known = asDigest(text);
  if (known === undefined) throw new TypeError(`${text} is no digest`);
  return known;
}

/** Bytes that look random and are always the same. */
export function noise(length: number, seed = 'shoal'): Uint8Array<ArrayBuffer> {
  // An output of no bytes is not allowed in every version of OpenSSL.
  const bytes = createHash('shake256', { outputLength: Math.max(1, length) })
    .update(seed)
    .digest();
  return Uint8Array.from(bytes.subarray(0, length));
}

/** A copy with one bit turned. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  const at = bit >> 3;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
