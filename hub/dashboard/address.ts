/** What is looked at stands in the page's address, so that it can be shared, reloaded and bookmarked. */

import type { SummaryRange } from '../api.ts';

/** The ranges in the order of the switch, and how they are named. */
export const ranges: readonly {
  readonly range: SummaryRange;
  readonly label: string;
  readonly words: string;
}[] = [
  { range: '1h', label: '1 h', words: 'last hour' },
  { range: '24h', label: '24 h', words: 'last 24 hours' },
  { range: '7d', label: '7 days', words: 'last 7 days' },
  { range: '30d', label: '30 days', words: 'last 30 days' },
];

/** What the address asks for; absent where it says nothing that is known. */
export interface Selection {
  readonly site?: string;
  readonly range?: SummaryRange;
}

export function readSelection(search: string): Selection {
  const query = new URLSearchParams(search);
  const site = query.get('site');
  const range = ranges.find((known) => known.range === query.get('range'))?.range;
  return { ...(site === null ? {} : { site }), ...(range === undefined ? {} : { range }) };
}

/** The selection as a relative address. Everything else is dropped, above all a login token. */
export function writeSelection(selection: Selection): string {
  const query = new URLSearchParams({ ...selection }).toString();
  return query === '' ? '.' : `?${query}`;
}

/** `last 24 hours` */
export function rangeWords(range: SummaryRange): string {
  return ranges.find((known) => known.range === range)?.words ?? range;
}
