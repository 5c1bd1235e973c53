/** Asking the hub. Expected outcomes (refused, unreachable, not understood) are values, not exceptions. */

import type { SitesResponse, Summary, SummaryRange } from '../api.ts';
import { parseApiError, parseSites, parseSummary, type Parsed } from './parse.ts';

/** How long an answer may take. */
const answerTimeoutMs = 15_000;

export type Answer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  /** The hub wants its token. */
  | { readonly kind: 'login' }
  /** `message`: a sentence for the reader. */
  | { readonly kind: 'failed'; readonly message: string };

/** Where the API is: beside the dashboard, whatever prefix the hub is mounted under. */
export function apiUrl(path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(`../api/${path}`, document.baseURI);
  url.search = new URLSearchParams(query).toString();
  return url;
}

export function fetchSites(): Promise<Answer<SitesResponse>> {
  return ask(apiUrl('sites'), parseSites);
}

export function fetchSummary(site: string, range: SummaryRange): Promise<Answer<Summary>> {
  return ask(apiUrl('summary', { site, range }), parseSummary);
}

async function ask<Value>(url: URL, parse: (input: unknown) => Parsed<Value>): Promise<Answer<Value>> {
  let response: Response;
  let body: unknown;
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    response = await fetch(url, { signal, cache: 'no-store', headers: { accept: 'application/json' } });
    if (response.status === 401) return { kind: 'login' };
    body = await readJson(response);
  } catch (error) {
    return { kind: 'failed', message: unreachable(error) };
  }
  if (!response.ok) {
    const reason = parseApiError(body) ?? 'without a reason';
    return { kind: 'failed', message: `The hub answered with status ${response.status}: ${reason}.` };
  }
  const parsed = parse(body);
  if (parsed.ok) return { kind: 'ok', value: parsed.value };
  return {
    kind: 'failed',
    message: `The hub’s answer was not understood (${parsed.problem}). Are hub and dashboard of the same version? Reload the page.`,
  };
}

/** The body as JSON; `undefined` where it is none, so that the parser says what was expected. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(error: unknown): string {
  return error instanceof DOMException && error.name === 'TimeoutError'
    ? `The hub did not answer within ${answerTimeoutMs / 1000} seconds.`
    : 'The hub cannot be reached. Is it running, and does the network work?';
}
