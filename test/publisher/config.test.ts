import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadProject, parseConfig } from '../../publisher/config/load.ts';
import { configJsonSchema } from '../../publisher/config/schema.ts';
import { PublisherError } from '../../publisher/index.ts';
import { containing, project } from './fixture.ts';

function problemWith(options: object): string {
  try {
    parseConfig(JSON.stringify({ site: 'https://example.com', ...options }));
  } catch (error) {
    if (error instanceof PublisherError && error.code === 'config') return error.message;
    throw error;
  }
  return 'none';
}

describe('the configuration', () => {
  test('needs only the site, and has a default for everything else', () => {
    expect(parseConfig('{"site":"https://example.com"}')).toMatchObject({
      base: '/',
      chunkBytes: 65_536,
      share: { include: ['**'], exclude: [], rules: [] },
      hub: { url: '/hub/', port: 8787, pricePerGB: 0.05, currency: 'EUR', trustProxy: false },
      swarm: { iceServers: [], lan: false, consent: 'implied', links: 3, uploadBytesPerSecond: 2_500_000 },
      cacheLimitBytes: 536_870_912,
      keys: { head: '.shoal/keys/head.json' },
    });
  });

  test('as init writes it names public STUN servers', async () => {
    const { config } = await loadProject((await project({})).config);
    expect(config.swarm.iceServers).toEqual([
      { urls: ['stun:stun.cloudflare.com:3478', 'stun:stun.l.google.com:19302'] },
    ]);
  });

  test.each([
    [{ swram: {} }, 'swram: unknown option, did you mean swarm?'],
    [
      { swarm: { uploadBytesPerSeconds: 1 } },
      'swarm.uploadBytesPerSeconds: unknown option, did you mean uploadBytesPerSecond?',
    ],
    [
      { share: { rules: [{ match: 'a', shared: true }] } },
      'share.rules.0.shared: unknown option, did you mean share?',
    ],
    [{ hub: { zzz: 1 } }, 'hub.zzz: unknown option; known here: url, port,'],
    [{ site: 'https://example.com/' }, 'site: is not an origin such as https://example.com'],
    [{ site: 'example.com' }, 'site: is not an origin'],
    [{ base: 'sub' }, 'base: must start and end with /'],
    [{ swarm: { links: 0 } }, 'swarm.links:'],
    [{ swarm: { iceServers: [{ urls: 'http://x' }] } }, 'swarm.iceServers.0.urls'],
    [{ chunkBytes: 262_144 }, 'chunkBytes:'],
    [
      { share: { rules: [{ match: 'a', headers: { 'set-cookie': 'a=b' } }] } },
      'is a header that cannot be signed',
    ],
    [{ share: { rules: [{ match: 'a', headers: { link: 'a\nb' } }] } }, 'is not a header value'],
    [{ hub: { url: '/hub' } }, 'must end with /'],
  ])('%j is refused: %s', (options, problem) => {
    expect(problemWith(options)).toContain(problem);
  });

  test('that is no JSON, or not there, is refused with what to do', async () => {
    expect(() => parseConfig('{')).toThrow('is not JSON');
    const made = await project({});
    await expect(loadProject(join(made.folder, 'other.json'))).rejects.toMatchObject({
      code: 'not-initialised',
      hint: containing('shoal init'),
    });
  });

  test('has a JSON schema in which every option is described', () => {
    const undescribed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties, items } = { properties: undefined, items: undefined, ...schema };
      for (const [name, option] of Object.entries(properties ?? {})) {
        if (!JSON.stringify(option).includes('"description"')) undescribed.push(`${path}.${name}`);
        visit(option, `${path}.${name}`);
      }
      visit(items, `${path}[]`);
    };
    const schema = configJsonSchema();
    visit(schema, '');
    expect(undescribed).toEqual([]);
    expect(schema).toMatchObject({ required: ['site'], additionalProperties: false });
  });
});
