import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  disableCommand,
  enableCommand,
  revokeCommand,
  rollbackCommand,
} from '../../publisher/commands/change.ts';
import { diffCommand } from '../../publisher/commands/diff.ts';
import { hubCommand } from '../../publisher/commands/hub.ts';
import { initCommand } from '../../publisher/commands/init.ts';
import { keysCommand } from '../../publisher/commands/keys.ts';
import { publishCommand } from '../../publisher/commands/publish.ts';
import { serveCommand } from '../../publisher/commands/serve.ts';
import { signCommand } from '../../publisher/commands/sign.ts';
import { verifyCommand } from '../../publisher/commands/verify.ts';
import { parseConfig } from '../../publisher/config/load.ts';
import { configJsonSchema } from '../../publisher/config/schema.ts';
import { failureCodes } from '../../protocol/beacon.ts';

const docs = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');

describe('docs/configuration.md', () => {
  test('has a row for every option of the schema, and names no other', async () => {
    const text = await docs('configuration.md');
    const described = rows(text, /^## shoal\.config\.json$/m, /^## The tag's attributes$/m);
    expect([...described].sort()).toEqual([...optionsOf(configJsonSchema())].sort());
  });

  test('states the defaults that the command line has', async () => {
    const text = await docs('configuration.md');
    const config = parseConfig('{"site":"https://example.com"}');
    for (const [path, value] of leaves(config)) {
      if (path === 'site') continue;
      const row = text.split('\n').find((line) => line.startsWith(`| \`${path}\``));
      expect(row, path).toContain(`\`${JSON.stringify(value)}\``);
    }
  });

  test('names every option of every command', async () => {
    const text = await docs('configuration.md');
    const commands = [
      initCommand(),
      publishCommand(),
      verifyCommand(),
      diffCommand(),
      serveCommand(),
      hubCommand(),
      rollbackCommand(),
      revokeCommand(),
      disableCommand(),
      enableCommand(),
      keysCommand(),
      signCommand(),
    ];
    for (const command of commands) {
      const section = text.split(/^### /m).find((part) => part.startsWith(`\`shoal ${command.name()}`));
      for (const { long } of command.options)
        expect(section, `shoal ${command.name()} ${long}`).toContain(long);
      for (const inner of command.commands) {
        expect(section, `shoal ${command.name()} ${inner.name()}`).toContain(`\`${inner.name()}`);
        for (const { long } of inner.options) expect(section, `${inner.name()} ${long}`).toContain(long);
      }
    }
  });
});

describe('docs/operations.md', () => {
  test('says of every failure that a page can report what to do', async () => {
    const described = rows(await docs('operations.md'), /^## Failures$/m, /^## When something is wrong$/m);
    expect([...described].sort()).toEqual([...failureCodes].sort());
  });
});

/** What stands as code in the first cell of each table row between two headings. */
function rows(text: string, from: RegExp, to: RegExp): Set<string> {
  const part = text.slice(text.search(from), text.search(to));
  return new Set([...part.matchAll(/^\| `([^`]+)`/gm)].flatMap(([, name]) => name ?? []));
}

/** Paths of all options; those of a rule stand by their own names, as in its own table. */
function optionsOf(schema: unknown, prefix = ''): string[] {
  const properties = field(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).flatMap(([name, inner]: [string, unknown]) => {
    const path = prefix + name;
    if (path === 'share.rules') return [path, ...optionsOf(field(inner, 'items'))];
    const items = field(inner, 'items');
    if (field(items, 'properties') !== undefined) return [path, ...optionsOf(items, `${path}[].`)];
    return field(inner, 'properties') === undefined ? [path] : optionsOf(inner, `${path}.`);
  });
}

/** Path and value of everything that is no object. */
function leaves(value: object, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]): [string, unknown][] => {
    const path = prefix + name;
    return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? leaves(inner, `${path}.`)
      : [[path, inner]];
  });
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return found;
}
