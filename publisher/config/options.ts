/** Every option of `shoal.config.json`, with its default and what it is for. */

import * as v from 'valibot';
import { allowedHeaders, isHeaderValue, isOrigin, limits } from '../../manifests/index.ts';

const wholeNumber = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const globs = v.array(v.pipe(v.string(), v.minLength(1)));

const Rule = v.strictObject({
  match: v.pipe(
    v.union([v.pipe(v.string(), v.minLength(1)), v.pipe(globs, v.minLength(1))]),
    v.description('Glob, or list of globs, over paths relative to the folder, such as `media/**`.'),
  ),
  share: v.exactOptional(
    v.pipe(
      v.boolean(),
      v.description('true: peers may deliver it, whatever the defaults say. false: verified, never shared.'),
    ),
  ),
  immutable: v.exactOptional(
    v.pipe(v.boolean(), v.description('Whether the URL changes when the content does.')),
  ),
  contentType: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(
        /^[a-z]+\/[\w.+-]+(?:; ?[\w-]+=[\w".-]+)*$/i,
        'is not a content type such as text/css; charset=utf-8',
      ),
      v.description('The full Content-Type.'),
    ),
  ),
  headers: v.exactOptional(
    v.pipe(
      v.record(
        v.pipe(
          v.string(),
          v.check(
            (name) => allowedHeaders.has(name),
            `is a header that cannot be signed; allowed are ${[...allowedHeaders].join(', ')}`,
          ),
        ),
        v.pipe(
          v.string(),
          v.maxLength(limits.headerValueBytes),
          v.check(isHeaderValue, 'is not a header value (visible ASCII only)'),
        ),
      ),
      v.description('Further response headers to sign; lower-case names of the allow-list.'),
    ),
  ),
});

const Share = v.strictObject({
  include: v.pipe(
    v.optional(globs, () => ['**']),
    v.description('Globs of what may be in the release; everything else is left to plain HTTP.'),
  ),
  exclude: v.pipe(
    v.optional(globs, () => []),
    v.description('Globs of what is never in the release. Wins over everything else.'),
  ),
  rules: v.pipe(
    v.optional(v.array(Rule), () => []),
    v.description('What differs from the defaults; where several rules match, the later one wins.'),
  ),
});

const Hub = v.strictObject({
  url: v.pipe(
    v.optional(
      v.nullable(
        v.pipe(v.string(), v.regex(/^(?:https?:\/\/[^?#]*|\/[^?#]*|\/)$/), v.regex(/\/$/, 'must end with /')),
      ),
      '/hub/',
    ),
    v.description(
      'Where pages find the hub; an https URL or a path on the same origin, ending in `/`. null: no hub, so no swarm.',
    ),
  ),
  port: v.pipe(v.optional(wholeNumber(0, 65_535), 8787), v.description('TCP port of `shoal hub`.')),
  host: v.pipe(v.optional(v.string(), '127.0.0.1'), v.description('Address that `shoal hub` listens on.')),
  database: v.pipe(
    v.optional(v.string(), '.shoal/hub.sqlite'),
    v.description('SQLite file of the metrics, relative to the config file.'),
  ),
  pricePerGB: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 0.05),
    v.description('What a GB (10^9 bytes) from the origin costs; the dashboard shows what was saved.'),
  ),
  currency: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'is not an ISO 4217 code')), 'EUR'),
    v.description('ISO 4217 code of that price.'),
  ),
  dashboardTokenEnv: v.pipe(
    v.optional(v.string(), 'SHOAL_DASHBOARD_TOKEN'),
    v.description(
      'Name of the environment variable with the dashboard token; unset: only this machine may look.',
    ),
  ),
  seederTokenEnv: v.pipe(
    v.optional(v.string(), 'SHOAL_SEEDER_TOKEN'),
    v.description(
      'Name of the environment variable with the token for programs that seed; unset: browsers only.',
    ),
  ),
  trustProxy: v.pipe(
    v.optional(v.boolean(), false),
    v.description('Take the visitor address from X-Forwarded-For; only behind a proxy that sets it.'),
  ),
});

const urlsOfIceServer = v.pipe(v.string(), v.regex(/^(?:stuns?|turns?):/, 'is not a stun: or turn: URL'));
const IceServer = v.strictObject({
  urls: v.pipe(v.union([urlsOfIceServer, v.array(urlsOfIceServer)]), v.description('stun: or turn: URLs.')),
  username: v.exactOptional(v.pipe(v.string(), v.description('User name at a TURN server.'))),
  credential: v.exactOptional(
    v.pipe(v.string(), v.description('Password at a TURN server; every visitor can read it.')),
  ),
});

const Swarm = v.strictObject({
  iceServers: v.pipe(
    v.optional(v.array(IceServer), () => []),
    v.description('STUN and TURN servers that visitors ask for their public address.'),
  ),
  lan: v.pipe(
    v.optional(v.boolean(), false),
    v.description('Also connect inside local networks; Chrome asks the visitor for permission.'),
  ),
  relayOnly: v.pipe(
    v.optional(v.boolean(), false),
    v.description('Connect through a TURN server only, so that visitors do not see each other’s address.'),
  ),
  consent: v.pipe(
    v.optional(v.picklist(['implied', 'required']), 'implied'),
    v.description('required: no swarm before the page has called shoal.optIn().'),
  ),
  links: v.pipe(
    v.optional(wholeNumber(1, 16), 3),
    v.description('Connections that a page opens by itself; it accepts up to three times as many.'),
  ),
  uploadBytesPerSecond: v.pipe(
    v.optional(wholeNumber(0, 1e10), 2_500_000),
    v.description('Upload limit of a page, over all peers; 0: none.'),
  ),
  uploadBytesPerDay: v.pipe(
    v.optional(wholeNumber(0, 1e13), 1_000_000_000),
    v.description('Upload limit of a browser over all its pages of the site, in bytes a day; 0: none.'),
  ),
  prefetchBytesPerRelease: v.pipe(
    v.optional(wholeNumber(0, 1e10), 0),
    v.description(
      'How much of the next release an open page fetches from peers ahead, in bytes, while it asks for nothing else; 0: nothing.',
    ),
  ),
  holdoutPercent: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100)), 0),
    v.description(
      'Percent of visitors that load as if Shoal were not there, so that the two can be compared.',
    ),
  ),
  readyTimeoutMs: v.pipe(
    v.optional(wholeNumber(0, 60_000), 4_000),
    v.description('How long `data-shoal-src` and shoal.ready wait before plain HTTP, in milliseconds.'),
  ),
});

const Integrity = v.strictObject({
  map: v.pipe(
    v.optional(v.boolean(), false),
    v.description('Write `shoal/integrity.json`: Subresource Integrity of every asset, by path.'),
  ),
  html: v.pipe(
    v.optional(v.boolean(), false),
    v.description('Put `integrity` into HTML, for scripts and styles whose URL changes with their content.'),
  ),
  waict: v.pipe(
    v.optional(v.boolean(), false),
    v.description('Write a WAICT manifest (a draft) for browsers that check a whole site.'),
  ),
});

const keyPath = (role: string) =>
  v.pipe(
    v.optional(v.pipe(v.string(), v.minLength(1)), `.shoal/keys/${role}.json`),
    v.description(`File of the ${role} key, relative to the config file.`),
  );
const Keys = v.strictObject({ root: keyPath('root'), release: keyPath('release'), head: keyPath('head') });

/** The schema of `shoal.config.json`. Unknown options are errors. */
export const configSchema = v.pipe(
  v.strictObject({
    $schema: v.exactOptional(v.pipe(v.string(), v.description('Where editors find this schema.'))),
    site: v.pipe(
      v.string(),
      v.check(isOrigin, 'is not an origin such as https://example.com (no path, no slash at the end)'),
      v.description('The origin that serves the site, such as `https://example.com`.'),
    ),
    base: v.pipe(
      v.optional(
        v.pipe(
          v.string(),
          v.regex(/^\/(?:[\w.~-]+\/)*$/, 'must start and end with / (letters, digits, . _ ~ -)'),
        ),
        '/',
      ),
      v.description('Path that the published folder is served under; starts and ends with `/`.'),
    ),
    ignore: v.pipe(
      v.optional(globs, () => []),
      v.description('Globs of files that are not looked at at all. Names that start with a dot never are.'),
    ),
    share: v.pipe(
      v.optional(Share, {}),
      v.description('Which files are verified, and which peers may deliver.'),
    ),
    chunkBytes: v.pipe(
      v.optional(v.picklist([16_384, 32_768, 65_536, 131_072]), 65_536),
      v.description('Size of a verified chunk, in bytes.'),
    ),
    hub: v.pipe(v.optional(Hub, {}), v.description('The server of tracker, metrics and dashboard.')),
    swarm: v.pipe(v.optional(Swarm, {}), v.description('How pages connect to each other.')),
    cacheLimitBytes: v.pipe(
      v.optional(wholeNumber(0, 1e12), 512 * 1024 * 1024),
      v.description('How much a visitor’s browser keeps, in bytes.'),
    ),
    integrity: v.pipe(
      v.optional(Integrity, {}),
      v.description('What browsers can check by themselves, also without the worker.'),
    ),
    keys: v.pipe(v.optional(Keys, {}), v.description('Where the secret keys are. Never commit them.')),
  }),
  v.title('shoal.config.json'),
  v.description('Configuration of Shoal for one site.'),
);

/** The configuration with all defaults filled in. */
export type Config = v.InferOutput<typeof configSchema>;

/** One entry of `share.rules`. */
export type Rule = v.InferOutput<typeof Rule>;
