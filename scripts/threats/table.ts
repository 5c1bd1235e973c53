/** The tables of threats: the whole one in `docs/security.md`, its sums in the README. */
import type { Coverage } from './coverage.ts';
import type { ThreatGroup } from './identifiers.ts';

type Covered = ReadonlyMap<string, Coverage>;

/** Every identifier with its tests, or with the reason why it has none. */
export function threatTable(groups: readonly ThreatGroup[], covered: Covered): string {
  return groups.map((group) => section(group, covered)).join('\n\n');
}

function section({ group, title, threats }: ThreatGroup, covered: Covered): string {
  const rows = threats.map(({ id, title: what, reason }) => {
    const tests = covered.get(id);
    if (tests === undefined) return row(id, what, reason ?? '**nothing**', '');
    return row(id, what, tests.files.map((file) => `\`${file}\``).join(', '), tests.browsers.join(', '));
  });
  const heading = `### ${group}. ${title}`;
  return [
    heading,
    '',
    row('', 'what', 'passes in, or why there is no test', 'browsers'),
    divider(4),
    ...rows,
  ].join('\n');
}

/** How many of each group are tested, and how many have a reason instead. */
export function threatSums(groups: readonly ThreatGroup[], covered: Covered): string {
  const rows = groups.map(({ group, title, threats }) => {
    const tested = threats.filter(({ id }) => covered.has(id));
    const inBoth = tested.filter(({ id }) => covered.get(id)?.browsers.length === 2);
    const counts = [threats.length, tested.length, inBoth.length, threats.length - tested.length].map(String);
    return row(`${group}. ${title}`, ...counts);
  });
  return [
    row('threats', 'all', 'tested', 'in Chromium and Firefox', 'not, with the reason'),
    divider(5),
    ...rows,
  ].join('\n');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function divider(columns: number): string {
  return row(...Array.from({ length: columns }, () => '---'));
}

const begin = '<!-- threats: written by `npm run threats` -->';
const end = '<!-- /threats -->';

/** `text` with `table` between its two markers. @throws where they are not there. */
export function withTable(text: string, table: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}
