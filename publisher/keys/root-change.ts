/** What a new root may change. Pure: from one root and a wish to the next root, or to the reason why not. */

import { limits, toBase64Url, type Role, type RoleKeys, type Root } from '../../manifests/index.ts';
import { PublisherError } from '../errors.ts';
import type { PublicKey } from './key-file.ts';

/** One change. `threshold`: how many keys of the role must sign from then on; absent: as many as before. */
export type RootChange =
  | { readonly kind: 'add'; readonly role: Role; readonly key: PublicKey; readonly threshold?: number }
  | { readonly kind: 'replace'; readonly role: Role; readonly old: string; readonly key: PublicKey }
  | { readonly kind: 'revoke'; readonly keyId: string; readonly threshold?: number }
  | { readonly kind: 'threshold'; readonly role: Role; readonly threshold: number };

const allRoles = ['root', 'release', 'head'] as const satisfies readonly Role[];

/** The root after `trusted`, or, when `draft` is given, that draft with one change more. @throws PublisherError `usage`, `refused`. */
export function nextRoot(trusted: Root, change: RootChange, draft: Root = trusted): Root {
  if (trusted.v >= limits.rootRotations) {
    throw refused(
      `there are ${trusted.v} roots already, and visitors follow no more than that`,
      'Start anew: docs/operations.md, "Loss of a key".',
    );
  }
  const changed = Object.fromEntries(
    allRoles.map((role) => [role, roleAfter(role, draft.roles[role], change)]),
  );
  const { root = trusted.roles.root, release = trusted.roles.release, head = trusted.roles.head } = changed;
  const known: Record<string, string> = { ...draft.keys };
  if ('key' in change) known[change.key.keyId] = toBase64Url(change.key.publicKey);
  const used = new Set([root, release, head].flatMap(({ k }) => k));
  const keys = Object.fromEntries(Object.entries(known).filter(([keyId]) => used.has(keyId)));
  return { t: 'root', spec: 1, v: trusted.v + 1, site: trusted.site, keys, roles: { root, release, head } };
}

function roleAfter(role: Role, before: RoleKeys, change: RootChange): RoleKeys {
  switch (change.kind) {
    case 'add':
      if (change.role !== role) return before;
      if (before.k.includes(change.key.keyId))
        throw refused(`${idOf(change.key)} signs for the ${role} already`);
      return checked(role, [...before.k, change.key.keyId], change.threshold ?? before.m);
    case 'replace':
      if (change.role !== role) return before;
      if (!before.k.includes(change.old))
        throw refused(`${change.old.slice(0, 8)} does not sign for the ${role}`);
      return checked(
        role,
        before.k.map((keyId) => (keyId === change.old ? change.key.keyId : keyId)),
        before.m,
      );
    case 'revoke': {
      const left = before.k.filter((keyId) => keyId !== change.keyId);
      return left.length === before.k.length ? before : checked(role, left, change.threshold ?? before.m);
    }
    case 'threshold':
      return change.role === role ? checked(role, before.k, change.threshold) : before;
  }
}

/** A role that can never reach its threshold would lock everybody out. */
function checked(role: Role, k: readonly string[], m: number): RoleKeys {
  if (k.length > limits.keysPerRole) throw refused(`a role has at most ${limits.keysPerRole} keys`);
  if (m >= 1 && m <= k.length) return { k, m };
  throw refused(
    `the ${role} would need ${m} of ${k.length} keys`,
    k.length === 0
      ? 'Use `shoal keys rotate` to put another in its place.'
      : `Give --threshold, from 1 to ${k.length}, or add a key first.`,
  );
}

/** A key of a root by the first digits of its id. @throws PublisherError `usage`. */
export function keyIdIn(root: Root, name: string): string {
  const found = Object.keys(root.keys).filter((keyId) => keyId.startsWith(name));
  const [only] = found;
  if (only !== undefined && found.length === 1 && /^[0-9a-f]{4,64}$/.test(name)) return only;
  throw new PublisherError(
    'usage',
    `${name} is not the beginning of one key id of root ${root.v}`,
    'Give four digits or more, as `shoal keys list` shows them.',
  );
}

/** The one key of a role that is to be replaced. @throws PublisherError `usage` when it must be named. */
export function onlyKeyOf(root: Root, role: Role): string {
  const [only, ...others] = root.roles[role].k;
  if (only !== undefined && others.length === 0) return only;
  throw new PublisherError(
    'usage',
    `the ${role} has ${others.length + 1} keys`,
    'Say with --key which one to replace; `shoal keys list` shows their ids.',
  );
}

function idOf({ keyId }: PublicKey): string {
  return keyId.slice(0, 8);
}

function refused(message: string, hint = 'See `shoal keys list`.'): PublisherError {
  return new PublisherError('refused', message, hint);
}
