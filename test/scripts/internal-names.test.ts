import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { internalNames } from '../../scripts/build/internal-names.ts';
import { root } from '../../scripts/root.ts';

it('shortens no name that messages, settings or signed documents have', () => {
  const sources = [
    `${root}manifests/documents.ts`,
    ...readdirSync(`${root}protocol`)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${root}protocol/${name}`),
  ];
  const names = new Set(
    sources.flatMap((path) => readFileSync(path, 'utf8').match(/[A-Za-z_]\w*(?=\??: )/g) ?? []),
  );
  expect(names.size).toBeGreaterThan(100);
  expect(internalNames.filter((name) => names.has(name))).toEqual([]);
});
