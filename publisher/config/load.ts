/** From a file to a configuration, or to an error that says which option is wrong and why. */

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { PublisherError, reasonOf, systemCode } from '../errors.ts';
import { configSchema, type Config } from './options.ts';
import { suggest } from './suggest.ts';

export const configFileName = 'shoal.config.json';

/** A configuration and the folder that its paths are relative to (where `.shoal/` is, too). */
export interface Project {
  readonly folder: string;
  readonly config: Config;
}

/** Reads and checks the configuration. @throws PublisherError `not-initialised`, `config` or `io`. */
export async function loadProject(file = configFileName): Promise<Project> {
  const path = resolve(file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new PublisherError(
        'not-initialised',
        `there is no ${path}`,
        'Run `shoal init` first, or pass --config FILE.',
      );
    }
    throw new PublisherError('io', `${path} cannot be read: ${reasonOf(error)}`, 'Check its permissions.');
  }
  return { folder: dirname(path), config: parseConfig(text, path) };
}

/** Checks a configuration's text. @throws PublisherError `config`. */
export function parseConfig(text: string, where = configFileName): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PublisherError(
      'config',
      `${where} is not JSON: ${reasonOf(error)}`,
      'Correct it, or run `shoal init` elsewhere and compare.',
    );
  }
  const result = v.safeParse(configSchema, value);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `  ${problemOf(issue)}`);
  throw new PublisherError(
    'config',
    `${where} is wrong:\n${problems.join('\n')}`,
    'docs/configuration.md describes every option.',
  );
}

function problemOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? '(the whole file)';
  const isUnknown = issue.type === 'strict_object' && issue.expected === 'never';
  if (!isUnknown) return `${path}: ${issue.message}`;
  const item = issue.path?.at(-1);
  const known = item === undefined ? [] : knownKeysAt(path);
  const name = typeof item?.key === 'string' ? item.key : path;
  const meant = suggest(name, known);
  return `${path}: unknown option${meant === undefined ? `; known here: ${known.join(', ')}` : `, did you mean ${meant}?`}`;
}

/** The options that are known beside an unknown one, found by walking down the schema. */
function knownKeysAt(dotPath: string): readonly string[] {
  let schema: unknown = configSchema;
  for (const part of dotPath.split('.').slice(0, -1)) schema = childOf(schema, part);
  return Object.keys(entriesOf(schema) ?? {});
}

function childOf(schema: unknown, key: string): unknown {
  const entries = entriesOf(schema);
  if (entries !== undefined) return entries[key];
  return field(unwrap(schema), 'item');
}

function entriesOf(schema: unknown): Record<string, unknown> | undefined {
  const entries = field(unwrap(schema), 'entries');
  return typeof entries === 'object' && entries !== null ? { ...entries } : undefined;
}

/** `optional`, `exactOptional` and pipes wrap what we look for. */
function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (field(inner, 'wrapped') !== undefined) inner = field(inner, 'wrapped');
  return inner;
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Reflect.get(value, key);
  return found;
}
