import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  catalogOf,
  explain,
  fingerprintOf,
  ManifestError,
  parseRelease,
  payloadOf,
  sha256Hex,
  swarmIdOf,
  utf8,
} from '../../manifests/index.ts';
import { digest, newSite, releaseJson, site, someHash } from './fixture.ts';

describe('a site', () => {
  it('has one swarm, named by its first root and by nothing else [J4]', async () => {
    const { rootBytes } = await newSite();
    const swarmId = await swarmIdOf(rootBytes);
    expect(swarmId).toMatch(/^[0-9a-f]{40}$/);
    expect(swarmId).toBe(
      createHash('sha256').update('shoal swarm v1\n').update(rootBytes).digest('hex').slice(0, 40),
    );
    expect(await swarmIdOf(utf8('another root'))).not.toBe(swarmId);
  });

  it('does not give its fingerprint away with its swarm', async () => {
    const { rootBytes } = await newSite();
    expect(await sha256Hex(rootBytes)).not.toContain(await swarmIdOf(rootBytes));
  });

  it('has a fingerprint that people can compare: SHA-256 in groups of four', async () => {
    const { rootBytes } = await newSite();
    const fingerprint = await fingerprintOf(rootBytes);
    expect(fingerprint).toMatch(/^(?:[0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    expect(fingerprint.replaceAll(' ', '')).toBe(await sha256Hex(rootBytes));
  });
});

describe('a catalog', () => {
  it('numbers the assets as the release orders them, and knows each by its digest in hex', () => {
    const release = parseRelease(payloadOf(releaseJson()), site);
    const catalog = catalogOf(release, digest('ab'.repeat(32)));
    expect(catalog.release).toBe(release);
    expect(catalog.assets.map(({ index, path }) => [index, path])).toEqual([
      [0, '/app.4f3a.js'],
      [1, '/empty.txt'],
    ]);
    const [app] = catalog.assets;
    expect(app).toMatchObject({ chunks: 4, layerOffset: 0, digest: '07'.repeat(32) });
    expect(app?.entry.h).toBe(someHash);
    expect(catalog.find('/app.4f3a.js')).toBe(app);
    expect(catalog.find('/nowhere')).toBeUndefined();
  });
});

describe('a refusal', () => {
  it('tells people what is wrong, where, and what the details are', () => {
    const error = new ManifestError('unknown-spec', 'release', ' 2');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('ManifestError');
    expect(explain(error)).toBe(
      'release has a format that this version of Shoal does not know; install a newer one (release: unknown-spec 2)',
    );
  });
});
