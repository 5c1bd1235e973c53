/** Names that people cannot tell apart, and browsers can. */

import type { LabelledFile } from './label.ts';

/** A warning for each pair of files in the release whose names differ only in how Unicode composes them. */
export function lookAlikes(labelled: readonly LabelledFile[]): string[] {
  const seen = new Map<string, string>();
  const warnings: string[] = [];
  for (const { file, label } of labelled) {
    if (label === 'out') continue;
    const composed = file.path.normalize('NFC');
    const other = seen.get(composed);
    seen.set(composed, file.path);
    if (other !== undefined) {
      warnings.push(
        `${composed} is there twice, composed and decomposed (Unicode NFC and NFD): those are two URLs`,
      );
    }
  }
  return warnings;
}
