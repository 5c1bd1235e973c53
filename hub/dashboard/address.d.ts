/** What is looked at stands in the page's address, so that it can be shared, reloaded and bookmarked. */
import type { SummaryRange } from '../api.ts';
/** The ranges in the order of the switch, and how they are named. */
export declare const ranges: readonly {
  readonly range: SummaryRange;
  readonly label: string;
  readonly words: string;
}[];
/** What the address asks for; absent where it says nothing that is known. */
export interface Selection {
  readonly site?: string;
  readonly range?: SummaryRange;
}
export declare function readSelection(search: string): Selection;
/** The selection as a relative address. Everything else is dropped, above all a login token. */
export declare function writeSelection(selection: Selection): string;
/** `last 24 hours` */
export declare function rangeWords(range: SummaryRange): string;
