/** The list of threats in `docs/threats/identifiers.json`: what the tests must show, or why they do not. */
import { readFile, writeFile } from 'node:fs/promises';
import * as v from 'valibot';
import { root } from '../root.ts';
import { formatted } from './formatted.ts';

const path = `${root}docs/threats/identifiers.json`;

const Threat = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-N][1-9]\d?$/)),
  title: v.string(),
  /** Why there is no test; a threat with a reason has none. */
  reason: v.optional(v.string()),
});
const Groups = v.array(v.strictObject({ group: v.string(), title: v.string(), threats: v.array(Threat) }));

export type ThreatGroup = v.InferOutput<typeof Groups>[number];

/** Reads the list. @throws where it is not of its shape. */
export async function readThreats(): Promise<readonly ThreatGroup[]> {
  return v.parse(Groups, JSON.parse(await readFile(path, 'utf8')));
}

/** Replaces the list. */
export async function writeThreats(groups: readonly ThreatGroup[]): Promise<void> {
  await writeFile(path, await formatted(path, JSON.stringify(groups)));
}
