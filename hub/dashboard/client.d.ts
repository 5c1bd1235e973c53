/** Asking the hub. Expected outcomes (refused, unreachable, not understood) are values, not exceptions. */
import type { SitesResponse, Summary, SummaryRange } from '../api.ts';
export type Answer<Value> =
  | {
      readonly kind: 'ok';
      readonly value: Value;
    }
  /** The hub wants its token. */
  | {
      readonly kind: 'login';
    }
  /** `message`: a sentence for the reader. */
  | {
      readonly kind: 'failed';
      readonly message: string;
    };
/** Where the API is: beside the dashboard, whatever prefix the hub is mounted under. */
export declare function apiUrl(path: string, query?: Readonly<Record<string, string>>): URL;
export declare function fetchSites(): Promise<Answer<SitesResponse>>;
export declare function fetchSummary(site: string, range: SummaryRange): Promise<Answer<Summary>>;
