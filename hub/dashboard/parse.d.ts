/** The hub's answers, checked: they come in as `unknown` and leave as the types of `hub/api.ts`. */
import type { LiveTick, SitesResponse, Summary } from '../api.ts';
/** Either the value, or what is wrong with it and where. */
export type Parsed<Value> =
  | {
      readonly ok: true;
      readonly value: Value;
    }
  | {
      readonly ok: false;
      readonly problem: string;
    };
export declare function parseSummary(input: unknown): Parsed<Summary>;
export declare function parseSites(input: unknown): Parsed<SitesResponse>;
export declare function parseTick(input: unknown): Parsed<LiveTick>;
/** The hub's own words on what went wrong; `undefined` where the body is something else (a proxy's page). */
export declare function parseApiError(input: unknown): string | undefined;
