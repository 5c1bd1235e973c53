/** Which files are in the release, which of them peers may deliver, and why. */

import picomatch from 'picomatch';
import { limits, pathProblem } from '../../manifests/index.ts';
import type { Config, Rule } from '../config/schema.ts';
import type { FoundFile } from '../walk/walk.ts';
import { urlPathOf } from '../walk/url-path.ts';
import { contentTypeOf } from './content-type.ts';
import { hasFingerprint } from './fingerprint.ts';

/**
 * `shared`: in the release, and peers may deliver it. `listed`: in the release, so verified and
 * kept, but never from peers. `out`: left to plain HTTP.
 */
export type Label = 'shared' | 'listed' | 'out';

/** A file, what is done with it, and the reason in words. */
export interface LabelledFile {
  readonly file: FoundFile;
  readonly urlPath: string;
  readonly label: Label;
  readonly reason: string;
  readonly contentType: string;
  readonly immutable: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Peers gain nothing from a torrent that is larger than most visits last. */
const maxSharedBytes = 512 * 1024 * 1024;

/** Decides about every file; the order stays. */
export function labelFiles(files: readonly FoundFile[], config: Config): LabelledFile[] {
  const decide = labeller(config);
  return files.map(decide);
}

interface Verdict {
  readonly label: Label;
  readonly reason: string;
}

function labeller(config: Config): (file: FoundFile) => LabelledFile {
  const isIncluded = globMatcher(config.share.include);
  const isExcluded = globMatcher(config.share.exclude);
  const rules = config.share.rules.map((rule) => ({ rule, matches: globMatcher([rule.match].flat()) }));
  return (file) => {
    const applying = rules.filter(({ matches }) => matches(file.path)).map(({ rule }) => rule);
    const urlPath = urlPathOf(file.path, config.base);
    const wish = lastDefined(applying, 'share');
    const verdict =
      impossible(file, urlPath, config.site) ??
      (isExcluded(file.path) ? out('excluded by share.exclude') : undefined) ??
      (wish === undefined ? undefined : byRule(wish)) ??
      (isIncluded(file.path) ? undefined : out('not in share.include')) ??
      byDefault(file.path);
    return {
      file,
      urlPath,
      ...withinLimits(verdict, file),
      contentType: lastDefined(applying, 'contentType') ?? contentTypeOf(file.path),
      immutable: lastDefined(applying, 'immutable') ?? hasFingerprint(file.path),
      headers: headersOf(applying),
    };
  };
}

/** What no rule can put into a release. */
function impossible(file: FoundFile, urlPath: string, site: string): Verdict | undefined {
  const problem = pathProblem(urlPath, site);
  if (problem !== undefined) return out(`its URL ${problem}`);
  // Windows would take it for a folder, so that the same tree were another release there.
  if (file.path.includes('\\')) return out('its name has a backslash');
  if (file.stamp.size > limits.assetBytes) return out('larger than 2 GiB');
  return undefined;
}

function byRule(share: boolean): Verdict {
  return share
    ? { label: 'shared', reason: 'a rule shares it' }
    : { label: 'listed', reason: 'a rule keeps it from peers' };
}

/** Cautious: what may differ from visitor to visitor, or is not meant for them, is not touched. */
function byDefault(path: string): Verdict {
  if (/\.(?:html?|xhtml|shtml|php|aspx?|jsp)$/i.test(path))
    return out('a page (HTML): often different for each visitor');
  if (/\.map$/i.test(path)) return out('a source map: for developers only');
  if (
    /(?:^|\/)(?:api|users?|accounts?|private|admin|auth|session|me|profile|internal)(?:\/|\.json$)/i.test(
      path,
    )
  ) {
    return out('its path looks as if it were for one visitor only');
  }
  if (/^(?:_headers|_redirects|robots\.txt|sitemap[^/]*\.xml|CNAME)$/i.test(path)) {
    return out('for the host or for search engines');
  }
  return { label: 'shared', reason: 'static asset' };
}

function withinLimits(verdict: Verdict, file: FoundFile): Verdict {
  if (verdict.label !== 'shared') return verdict;
  if (file.stamp.size === 0) return { label: 'listed', reason: 'empty' };
  if (file.stamp.size > maxSharedBytes) return { label: 'listed', reason: 'larger than 512 MiB' };
  return verdict;
}

function out(reason: string): Verdict {
  return { label: 'out', reason };
}

function headersOf(rules: readonly Rule[]): Record<string, string> {
  const merged = new Map(rules.flatMap(({ headers }) => Object.entries(headers ?? {})));
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function lastDefined<K extends keyof Rule>(rules: readonly Rule[], key: K): Rule[K] | undefined {
  return rules.map((rule) => rule[key]).findLast((value) => value !== undefined);
}

function globMatcher(globs: readonly string[]): (path: string) => boolean {
  return globs.length === 0 ? () => false : picomatch([...globs]);
}
