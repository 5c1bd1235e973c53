/** What a request asks a person to sign, in words: nobody should sign what they cannot read. */

import { fingerprintOf, parseRelease, utf8, type Root } from '../../manifests/index.ts';
import { formatBytes } from '../progress.ts';
import { sha256Of } from '../release/content.ts';
import { headOfRequest, type OpenedRequest } from './request.ts';
import type { SignatureState } from './sign-request.ts';

/** Several lines; `SHA-256` is of the exact text, to be compared with other holders over the telephone. */
export async function describeRequest(opened: OpenedRequest): Promise<string> {
  const { request, trusted, firstRoot, nextRoot } = opened;
  const { edition, site } = request;
  const lines = [`For ${site}, root fingerprint ${await fingerprintOf(firstRoot)}, root ${trusted.v}`];
  if (request.root && nextRoot) {
    lines.push(
      `A new root, version ${nextRoot.v}`,
      ...rootLines(trusted, nextRoot),
      digestLine(request.root.payload),
    );
  }
  if (edition?.release) {
    const release = parseRelease(utf8(edition.release.payload), site);
    const assets = Object.values(release.assets);
    const bytes = assets.reduce((sum, { n }) => sum + n, 0);
    lines.push(
      `A new release of ${new Date(release.v).toISOString()}: ${assets.length} assets, ${formatBytes(bytes)}`,
      digestLine(edition.release.payload),
    );
  }
  const found = await headOfRequest(request, trusted);
  if (found !== undefined) {
    const { head, isComplete } = found;
    const points = isComplete ? head.release.sha256.slice(0, 16) : 'that release';
    lines.push(
      `A new head of ${new Date(head.seq).toISOString()} for ${points}: mode ${head.mode}, floor ${head.floor}, fresh until ${new Date(head.freshUntil).toISOString()}`,
    );
  }
  return lines.join('\n');
}

/** Who has signed, and who is still to sign. */
export function statesText(states: readonly SignatureState[]): string {
  return states
    .map(({ role, rootVersion, signedBy, mayBeSignedBy, needed, isWaiting }) => {
      const others = mayBeSignedBy.filter((keyId) => !signedBy.includes(keyId)).map((id) => id.slice(0, 16));
      const rule = role === 'root' ? `root, by the keys of root ${rootVersion}` : role;
      if (isWaiting) return `  ${rule}: waits for the release to be signed`;
      const rest = signedBy.length >= needed ? 'complete' : `may still be signed by ${others.join(' ')}`;
      return `  ${rule}: ${signedBy.length} of ${needed} signatures, ${rest}`;
    })
    .join('\n');
}

function rootLines(before: Root, after: Root): string[] {
  return (['root', 'release', 'head'] as const).map((role) => {
    const [old, now] = [before.roles[role], after.roles[role]];
    const added = now.k.filter((id) => !old.k.includes(id)).map((id) => `+${id.slice(0, 16)}`);
    const removed = old.k.filter((id) => !now.k.includes(id)).map((id) => `-${id.slice(0, 16)}`);
    const keys = [...added, ...removed].join(' ') || 'the same keys';
    return `  ${role}: ${now.m} of ${now.k.length} (before: ${old.m} of ${old.k.length}), ${keys}`;
  });
}

function digestLine(text: string): string {
  return `  SHA-256 ${sha256Of(utf8(text))}`;
}
