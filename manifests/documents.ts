/** The three documents' shapes. What each field means is also in README.md, clause by clause. */

import { toHex } from './hex.ts';

declare const brand: unique symbol;
/** Milliseconds since the epoch; releases and heads are ordered by it. */
export type Version = number;
/** SHA-256, 64 lower-case hex digits. */
export type Digest = string & { readonly [brand]: 'Digest' };

/** What kind a document is; part of what is signed (DSSE payload type), so none passes for another. */
export type DocumentType = 'root' | 'release' | 'head';

/** A role that may sign. */
export type Role = DocumentType;

/** Who may sign for a role: `m` of the keys `k`, by key id. */
export interface RoleKeys {
  readonly k: readonly string[];
  readonly m: number;
}

/** `shoal/root/<v>.json`: which keys may sign what. Signed by the old threshold and the new one. */
export interface Root {
  readonly t: 'root';
  readonly spec: 1;
  readonly v: number;
  readonly site: string;
  /** Key id (SHA-256 of the public key, hex) to public key (32 bytes, base64url). */
  readonly keys: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<Role, RoleKeys>>;
}

/** What a head points to: the release's version, the SHA-256 and length of its envelope. */
export interface ReleaseRef {
  readonly v: Version;
  readonly sha256: Digest;
  readonly len: number;
}

/** What the worker does: everything; plain HTTP only; or removes itself. */
export type Mode = 'on' | 'http-only' | 'uninstall';

/** `shoal/head.json`: which release is the newest. At most 8 KiB, never cached. */
export interface Head {
  readonly t: 'head';
  readonly spec: 1;
  readonly site: string;
  /** Strictly increasing; milliseconds since the epoch. */
  readonly seq: Version;
  /** The current root's version. */
  readonly root: number;
  readonly release: ReleaseRef;
  /** Releases below it are revoked. Never decreases. */
  readonly floor: Version;
  readonly mode: Mode;
  /** ISO 8601 date: after it the head counts as stale. Soft: it never blocks a page. */
  readonly freshUntil: string;
  /** At most three releases that pages still open may go on using. */
  readonly previous: readonly ReleaseRef[];
}

/** One asset, as the signed release describes it. Short names: there may be 50,000 of them. */
export interface AssetEntry {
  /** Exact length of the decoded bytes. */
  readonly n: number;
  /** SHA-256 of the decoded bytes, base64url (the same digest as in SRI). */
  readonly h: string;
  /** BEP 52 pieces root, base64url; absent when n <= 16 KiB (it equals h then, or the asset is empty). */
  readonly r?: string;
  /** Full Content-Type. */
  readonly ct: string;
  /** The URL changes when the content does (a fingerprint in the name). */
  readonly im?: true;
  /** Further response headers, from the allow-list in headers.ts. */
  readonly hd?: Readonly<Record<string, string>>;
  /** Index of its pack; absent: never shared with peers. */
  readonly p?: number;
  /** Offset in its pack; present when p is. */
  readonly o?: number;
}

/** One torrent. */
export interface PackEntry {
  /** BitTorrent v1 infohash, 40 hex digits. */
  readonly ih: string;
  /** SHA-256 of the `.torrent` file. */
  readonly sha256: Digest;
  /** Length of the `.torrent` file. */
  readonly len: number;
}

/** `shoal/release/<sha256>.json`: every asset of one version. Immutable, named by its own digest. */
export interface Release {
  readonly t: 'release';
  readonly spec: 1;
  readonly site: string;
  readonly v: Version;
  /** Chunk size: a power of two, 16 KiB to 1 MiB. */
  readonly piece: number;
  /** Path (as in the URL, canonical) to asset, ordered by path. */
  readonly assets: Readonly<Record<string, AssetEntry>>;
  /** `shoal/layers/<sha256>.bin`: the chunk digests of all assets of more than one chunk, in order. */
  readonly layers: { readonly sha256: Digest; readonly len: number };
  readonly packs: readonly PackEntry[];
}

/** One signature over the pre-authentication encoding of type and payload. */
export interface Signature {
  readonly keyid: string;
  /** Ed25519, 64 bytes, base64url. */
  readonly sig: string;
}

/** Brand constructor: the 32 bytes of a SHA-256, as hex. */
export function digestFrom(bytes: Uint8Array): Digest {
  return toHex(bytes) as Digest;
}

/** Brand constructor: checks and brands a SHA-256 in hex; `undefined` when it is none. */
export function asDigest(text: unknown): Digest | undefined {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined;
}
