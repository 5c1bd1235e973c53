import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.ts';
import { coverageOf } from '../../scripts/threats/coverage.ts';
import { readThreats, type ThreatGroup } from '../../scripts/threats/identifiers.ts';
import { threatSums, threatTable, withTable } from '../../scripts/threats/table.ts';

const report = (name: string, ...assertionResults: { fullName: string; status: string }[]): object => ({
  testResults: [{ name: `${root}test/${name}`, assertionResults }],
});
const passed = (fullName: string): { fullName: string; status: string } => ({ fullName, status: 'passed' });

describe('identifiers in names of tests', () => {
  it('count where the test passed, from the name of the test and of what it is in', () => {
    const covered = coverageOf([
      report('hub/a.test.ts', passed('[I11, I12] messages [I13] one'), {
        fullName: '[I14] x',
        status: 'failed',
      }),
      report('hub/b.test.ts', passed('[I11] again'), { fullName: '[I15] x', status: 'skipped' }),
    ]);
    expect(Object.fromEntries(covered)).toEqual({
      I11: { files: ['hub/a.test.ts', 'hub/b.test.ts'], browsers: [] },
      I12: { files: ['hub/a.test.ts'], browsers: [] },
      I13: { files: ['hub/a.test.ts'], browsers: [] },
    });
  });

  it('belong to the browsers that the name says, else to Chromium', () => {
    const covered = coverageOf([
      report('browser/a.test.ts', passed('Firefox [H1] x'), passed('Chromium [H1] x'), passed('[H2] x')),
    ]);
    expect(covered.get('H1')?.browsers).toEqual(['Chromium', 'Firefox']);
    expect(covered.get('H2')?.browsers).toEqual(['Chromium']);
  });

  it('are no brackets of another kind', () => {
    expect([...coverageOf([report('a.test.ts', passed('[o1] [Z1] [A] [A1 B] x[0]'))]).keys()]).toEqual([]);
  });
});

describe('the tables', () => {
  const groups: readonly ThreatGroup[] = [
    {
      group: 'A',
      title: 'First',
      threats: [
        { id: 'A1', title: 'one' },
        { id: 'A2', title: 'two', reason: 'No.' },
      ],
    },
  ];
  const covered = new Map([['A1', { files: ['x.test.ts'], browsers: ['Chromium', 'Firefox'] }]]);

  it('say where a threat is tested, or why not', () => {
    const lines = threatTable(groups, covered).split('\n');
    expect(lines).toContain('| A1 | one | `x.test.ts` | Chromium, Firefox |');
    expect(lines).toContain('| A2 | two | No. |  |');
    expect(threatSums(groups, covered).split('\n').at(-1)).toBe('| A. First | 2 | 1 | 1 | 1 |');
  });

  it('stand between their markers, and nowhere else', () => {
    const text = withTable(
      'before\n<!-- threats: written by `npm run threats` -->\nold\n<!-- /threats -->\nafter',
      'new',
    );
    expect(text).toMatch(/^before\n<!--.*-->\n\nnew\n\n<!-- \/threats -->\nafter$/);
    expect(() => withTable('no markers', 'new')).toThrow('threats');
  });
});

describe('the documents', () => {
  const read = (name: string): Promise<string> => readFile(root + name, 'utf8');

  it('[N1] list every threat once, with its tests or the reason why there is none', async () => {
    const groups = await readThreats();
    const text = await read('docs/security.md');
    for (const { id, title } of groups.flatMap(({ threats }) => threats)) {
      const rows = text.split('\n').filter((line) => line.startsWith(`| ${id} `));
      expect(rows, id).toHaveLength(1);
      expect(rows[0], id).toContain(title);
      const [, , , shown = ''] = rows[0]?.split('|') ?? [];
      expect(shown.trim().length, id).toBeGreaterThan(5);
    }
    const all = groups.reduce((sum, { threats }) => sum + threats.length, 0);
    expect(sumOf(await read('README.md'))).toBe(all);
  });

  it.each(['README.md', 'docs/security.md'])(
    '[N2] say what nothing here protects against: %s',
    async (name) => {
      const text = (await read(name)).replaceAll(/\s+/g, ' ');
      expect(text).toMatch(/can replace the worker and its keys/);
      expect(text).toMatch(/first visit trusts TLS/i);
      expect(text).toMatch(/Peers see each other's IP address/);
    },
  );
});

/** The second column of the README's table of threats. */
function sumOf(readme: string): number {
  const rows = [...readme.matchAll(/^\| [A-N]\. [^|]+\| +(\d+) /gm)];
  return rows.reduce((sum, [, count]) => sum + Number(count), 0);
}
