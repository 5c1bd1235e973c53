import { once } from 'node:events';
import { createServer } from 'node:http';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSite, diff, verify } from '../../publisher/index.ts';
import { bundle, shoal } from '../support/shoal-cli.ts';
import { containing, noise, project, publishProject, type Project } from './fixture.ts';

const files = {
  'index.html': '<html></html>',
  'a.js': noise(90_000, 1),
  'b.css': 'b {}',
  'big.bin': noise(2_200_000, 2),
};

async function published(): Promise<Project> {
  const made = await project(files);
  await publishProject(made);
  return made;
}

async function flipByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

async function only(folder: string): Promise<string> {
  const [name = ''] = await readdir(folder);
  return join(folder, name);
}

async function problems(made: Project, target = made.dist): Promise<string[]> {
  const report = await verify({ target, config: made.config });
  expect(report.ok).toBe(report.findings.every(({ severity }) => severity === 'advice'));
  return report.findings.map(({ severity, path, problem }) => `${severity}: ${path} ${problem}`);
}

describe('verify', () => {
  test('[M5] finds nothing wrong with what was just published', async () => {
    const made = await published();
    expect(await verify({ target: made.dist, config: made.config })).toMatchObject({
      ok: true,
      findings: [],
      rootComparedWith: 'own',
      checkedAssets: 3,
      checkedBytes: 90_000 + 4 + 2_200_000,
    });
  });

  test('[M5] finds a flipped byte, a missing file, a file cut short', async () => {
    const made = await published();
    await flipByte(join(made.dist, 'big.bin'), 777_777);
    await rm(join(made.dist, 'b.css'));
    await writeFile(join(made.dist, 'a.js'), noise(89_999, 1));
    expect(await problems(made)).toEqual([
      'error: /a.js has 89999 bytes, signed are 90000',
      'error: /b.css is not there',
      'error: /big.bin has other bytes than were signed',
    ]);
  });

  test('[M5] finds an altered torrent, altered chunk digests, a missing engine', async () => {
    const made = await published();
    await flipByte(await only(join(made.dist, 'shoal/pack')), 70);
    await flipByte(await only(join(made.dist, 'shoal/layers')), 5);
    const engine = (await readdir(join(made.dist, 'shoal'))).find((name) => name.startsWith('engine-')) ?? '';
    await rm(join(made.dist, 'shoal', engine));
    const found = await problems(made);
    expect(found).toHaveLength(3);
    expect(found.join('\n')).toMatch(/engine-[0-9a-f]+\.js is not there/);
    expect(found.join('\n')).toMatch(/torrent is not the torrent that was signed/);
    expect(found.join('\n')).toMatch(/bin has other chunk digests than were signed/);
  });

  test('[M5] finds an altered head, an altered release, and a root that is not ours', async () => {
    const made = await published();
    const head = join(made.dist, 'shoal/head.json');
    const intact = await readFile(head);
    await writeFile(head, intact.toString('utf8').replace('"mode":"on"', '"mode":"http-only"'));
    expect((await problems(made))[0]).toContain('/shoal/head.json');
    await writeFile(head, intact);
    await flipByte(await only(join(made.dist, 'shoal/release')), 300);
    expect((await problems(made))[0]).toContain('/shoal/release/');
    const other = await published();
    expect((await problems(made, other.dist))[0]).toContain('has fingerprint');
  });

  test('[M5] over HTTP compares bytes, types and headers', async () => {
    const made = await published();
    const listening = await createSite({ dir: made.dist }).listen();
    onTestFinished(() => listening.close());
    expect(await problems(made, `${listening.origin}/`)).toEqual([]);
    await flipByte(join(made.dist, 'a.js'), 1);
    expect(await problems(made, `${listening.origin}/`)).toEqual([
      'error: /a.js has other bytes than were signed',
    ]);
    // As a step of a build: the exit code says it.
    expect(await shoal(bundle, made.folder, 'verify', `${listening.origin}/`)).toMatchObject({ code: 1 });
    await writeFile(join(made.dist, 'a.js'), noise(90_000, 1));
    expect(await shoal(bundle, made.folder, 'verify', `${listening.origin}/`)).toMatchObject({ code: 0 });
  });

  test('says that a server does not answer', async () => {
    const made = await published();
    const listening = await createSite({ dir: made.dist }).listen();
    await listening.close();
    await expect(verify({ target: `${listening.origin}/`, config: made.config })).rejects.toMatchObject({
      code: 'network',
    });
  });
});

describe('diff', () => {
  test('says what was added, removed, changed, and what a returning visitor fetches', async () => {
    const before = await published();
    const after = await project({
      'index.html': '<html></html>',
      'a.js': noise(80_000, 9),
      'copy-of-big.bin': noise(2_200_000, 2),
      'big.bin': noise(2_200_000, 2),
      'new.css': 'n {}',
    });
    await publishProject(after);
    const report = await diff(before.dist, after.dist);
    expect(report).toMatchObject({
      added: [
        { path: '/copy-of-big.bin', bytes: 2_200_000 },
        { path: '/new.css', bytes: 4 },
      ],
      removed: [{ path: '/b.css', bytes: 4 }],
      changed: [{ path: '/a.js', bytes: 80_000 }],
      same: 1,
      returningVisitorBytes: 80_004,
      newVisitorBytes: 2_280_004,
    });
    expect(report.packs.kept).toHaveLength(1);
    expect(report.packs.added).toHaveLength(1);
    expect(report.packs.dropped).toHaveLength(1);
  });

  test('takes a folder, a URL and a release file for the same release', async () => {
    const made = await published();
    const listening = await createSite({ dir: made.dist }).listen();
    onTestFinished(() => listening.close());
    const file = await only(join(made.dist, 'shoal/release'));
    for (const target of [made.dist, file, `${listening.origin}/`]) {
      expect(await diff(file, target)).toMatchObject({
        same: 3,
        added: [],
        changed: [],
        returningVisitorBytes: 0,
      });
    }
    await expect(diff(made.dist, join(made.folder, 'nowhere'))).rejects.toMatchObject({ code: 'io' });
    await expect(diff(made.dist, join(made.dist, 'a.js'))).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('[G16] verify over HTTP', () => {
  /** A site whose server does something odd with a few paths. */
  async function servedWith(
    odd: (path: string) => { status?: number; headers?: Record<string, string>; body?: string } | undefined,
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<string[]> {
    const made = await project(files, settings);
    await publishProject(made);
    const site = createSite({ dir: made.dist });
    const server = createServer((request, response) => {
      const answer = odd(request.url ?? '');
      for (const [name, value] of Object.entries(answer?.headers ?? {})) response.setHeader(name, value);
      if (answer?.status === undefined) site.handle(request, response);
      else response.writeHead(answer.status).end(answer.body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { findings } = await verify({
      target: `http://127.0.0.1:${port}/`,
      config: made.config,
      base: '/',
    });
    return findings.map(({ severity, path, problem }) => `${severity}: ${path} ${problem}`);
  }
  const isWorker = (path: string): boolean => path === '/shoal-sw.js';

  test('[G16] has nothing against a worker that a browser can register', async () => {
    expect(await servedWith(() => undefined)).toEqual([]);
    expect(
      await servedWith((path) =>
        isWorker(path) ? { headers: { 'service-worker-allowed': '/' } } : undefined,
      ),
    ).toEqual([]);
  });

  test('[G16] finds a Service-Worker-Allowed that forbids the scope', async () => {
    const found = await servedWith((path) =>
      isWorker(path) ? { headers: { 'service-worker-allowed': '/app/' } } : undefined,
    );
    expect(found).toEqual([containing('forbids its scope /; leave that header out')]);
  });

  test('[G16] finds a worker that is redirected, or has another type', async () => {
    expect(
      await servedWith((path) =>
        isWorker(path) ? { status: 302, headers: { location: '/sw' } } : undefined,
      ),
    ).toEqual(['error: /shoal-sw.js is answered with status 302']);
    const found = await servedWith((path) =>
      isWorker(path) ? { status: 200, headers: { 'content-type': 'text/plain' }, body: 'x' } : undefined,
    );
    expect(found).toContainEqual(containing('served as text/plain: browsers register JavaScript only'));
  });

  test('[G16] finds a site that was published for another base', async () => {
    expect(await servedWith(() => undefined, { base: '/app/' })).toContainEqual(
      containing('/shoal-sw.js was published for /app/ and is served below /; set `base`'),
    );
  });

  test('finds the emergency file, and a host that answers everything with a page', async () => {
    const answers = (type: string) => (path: string) =>
      path === '/shoal/disable'
        ? { status: 200, headers: { 'content-type': type }, body: '<html>' }
        : undefined;
    expect(await servedWith(answers('text/plain'))).toEqual([containing('advice: /shoal/disable is there')]);
    expect(await servedWith(answers('text/html'))).toEqual([
      containing('error: /shoal/disable is answered with a page'),
    ]);
  });
});
