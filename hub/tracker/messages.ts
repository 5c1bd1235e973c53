/** From untrusted text to a command, and back to text. */

import * as v from 'valibot';
import { trackerLimits, type TrackerMessage } from '../../protocol/tracker.ts';
import { isBinaryId } from './binary.ts';

/** The most infohashes that one scrape may ask for. */
const scrapeLimit = 64;

const id = v.custom<string>(isBinaryId, 'must be 20 characters of code 0-255');
const sdp = v.pipe(v.string(), v.maxLength(32 * 1024));
const offer = v.object({ type: v.literal('offer'), sdp });
const answer = v.object({ type: v.literal('answer'), sdp });

const announceSchema = v.object({
  action: v.literal('announce'),
  info_hash: id,
  peer_id: id,
  // Stock clients send no event in the regular announce; some send an empty one.
  event: v.optional(v.picklist(['started', 'stopped', 'completed', 'update', ''])),
  numwant: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0))),
  left: v.nullish(v.pipe(v.number(), v.minValue(0))),
  offers: v.nullish(v.pipe(v.array(v.object({ offer_id: id, offer })), v.maxLength(100))),
  shoal: v.optional(v.literal(1)),
});
export type Announce = v.InferOutput<typeof announceSchema>;

const answerSchema = v.object({
  action: v.literal('announce'),
  info_hash: id,
  peer_id: id,
  to_peer_id: id,
  offer_id: id,
  answer,
});
export type Answer = v.InferOutput<typeof answerSchema>;

const signalSchema = v.object({
  action: v.literal('signal'),
  info_hash: id,
  to_peer_id: id,
  offer_id: id,
  signal: v.variant('kind', [
    v.object({ kind: v.literal('offer'), sdp }),
    v.object({ kind: v.literal('answer'), sdp }),
    v.object({
      kind: v.literal('candidate'),
      candidate: v.pipe(v.string(), v.maxLength(1024)),
      mid: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    }),
    v.object({ kind: v.literal('refuse') }),
  ]),
});
export type SignalRequest = v.InferOutput<typeof signalSchema>;

const scrapeSchema = v.object({
  action: v.literal('scrape'),
  info_hash: v.union([id, v.pipe(v.array(id), v.minLength(1), v.maxLength(scrapeLimit))]),
});

/** A hundred offers with a thousand mistakes are looked at up to the first. */
const firstProblem = { abortEarly: true } as const;

/** What a client wants. */
export type Command =
  | { readonly kind: 'announce'; readonly message: Announce }
  | { readonly kind: 'answer'; readonly message: Answer }
  | { readonly kind: 'signal'; readonly message: SignalRequest }
  | { readonly kind: 'scrape'; readonly infoHashes: readonly string[] }
  | { readonly kind: 'invalid'; readonly failure: TrackerFailureMessage };

type TrackerFailureMessage = Extract<TrackerMessage, { 'failure reason': string }>;

/** Tracker to client: how many are there, by infohash (stock `scrape`). */
export interface ScrapeResponse {
  readonly action: 'scrape';
  readonly files: Readonly<
    Record<string, { readonly complete: number; readonly incomplete: number; readonly downloaded: number }>
  >;
}

/** Never throws: what cannot be understood becomes a failure that says why. */
export function parseCommand(text: string): Command {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return invalid({}, 'not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return invalid({}, 'not a JSON object');
  const fields: Partial<Record<string, unknown>> = { ...json };
  switch (fields['action']) {
    case 'announce':
      return fields['answer'] ? parseAnswer(fields) : parseAnnounce(fields);
    case 'signal': {
      const parsed = v.safeParse(signalSchema, fields, firstProblem);
      return parsed.success
        ? { kind: 'signal', message: parsed.output }
        : invalid(fields, reasonOf(parsed.issues));
    }
    case 'scrape':
      return parseScrape(fields);
    default:
      return invalid(fields, 'action must be announce, signal or scrape');
  }
}

function parseAnnounce(fields: Fields): Command {
  const parsed = v.safeParse(announceSchema, fields, firstProblem);
  if (!parsed.success) return invalid(fields, reasonOf(parsed.issues));
  return { kind: 'announce', message: parsed.output };
}

function parseAnswer(fields: Fields): Command {
  const parsed = v.safeParse(answerSchema, fields, firstProblem);
  if (!parsed.success) return invalid(fields, reasonOf(parsed.issues));
  return { kind: 'answer', message: parsed.output };
}

function parseScrape(fields: Fields): Command {
  const parsed = v.safeParse(scrapeSchema, fields, firstProblem);
  if (!parsed.success)
    return invalid(fields, `${reasonOf(parsed.issues)}; name 1 to ${scrapeLimit} info_hash`);
  const asked = parsed.output.info_hash;
  return { kind: 'scrape', infoHashes: typeof asked === 'string' ? [asked] : asked };
}

type Fields = Readonly<Partial<Record<string, unknown>>>;

function invalid(fields: Fields, reason: string): Command {
  const action =
    fields['action'] === 'signal' || fields['action'] === 'scrape' ? fields['action'] : 'announce';
  const infoHash = fields['info_hash'];
  return {
    kind: 'invalid',
    failure: {
      action,
      ...(isBinaryId(infoHash) && { info_hash: infoHash }),
      'failure reason': `invalid message: ${reason}`,
    },
  };
}

function reasonOf(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const [first] = issues;
  return `${v.getDotPath(first) ?? 'message'}: ${first.message.slice(0, 120)}`;
}

/** As text for the socket. */
export function encode(message: TrackerMessage | ScrapeResponse): string {
  return JSON.stringify(message);
}

/** How many of `offered` to relay: what was asked for, within the protocol's limit. */
export function offersToRelay(message: Announce): NonNullable<Announce['offers']> {
  const offers = message.offers ?? [];
  return offers.slice(0, Math.min(message.numwant ?? offers.length, trackerLimits.offersPerAnnounce));
}
