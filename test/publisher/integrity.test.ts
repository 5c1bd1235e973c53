import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changeHead } from '../../publisher/change-head.ts';
import { addIntegrity } from '../../publisher/integrity/html.ts';
import { createSite, verify } from '../../publisher/index.ts';
import { matching, noise, opened, project, publishProject, readTree, type Project } from './fixture.ts';

const page = `<!doctype html><html><head><script src="app.4f3a9c1b.js"></script>
<link rel="stylesheet" href=/css/main-DkX82j1a.css><script src="/plain.js"></script></head></html>`;
const files = {
  'index.html': page,
  'below/index.html': page,
  'below/app.4f3a9c1b.js': 'below()',
  'app.4f3a9c1b.js': 'app()',
  'css/main-DkX82j1a.css': 'p {}',
  'plain.js': 'plain()',
  'run.0a1b2c3d.wasm': noise(70_000, 3),
  'a+b c.txt': 'odd name',
};

const all = { map: true, html: true, waict: true };
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Every path of a site, fetched, and what its digest is. */
async function delivered({ dist }: Project): Promise<Map<string, Buffer>> {
  const site = await createSite({ dir: dist }).listen();
  onTestFinished(() => site.close());
  const names = [...(await readTree(dist)).keys()].map(
    (path) => new URL(`http://h/${path.replaceAll('%', '%25')}`).pathname,
  );
  const entries = [...names, '/', '/below/'].map(async (path) => {
    const response = await fetch(site.origin + path);
    expect(response.status, path).toBe(200);
    return [path, sha256(new Uint8Array(await response.arrayBuffer()))] as const;
  });
  return new Map(await Promise.all(entries));
}

const Hashes = v.record(v.string(), v.string());
const Manifest = v.strictObject({ hashes: Hashes, wasm_hashes: v.array(v.string()) });

async function manifestOf(
  made: Project,
  header: string | undefined,
): Promise<{ hashes: Readonly<Record<string, string>>; wasm: readonly string[] }> {
  const path =
    /^Integrity-Policy-WAICT-v1: max-age=0, mode=report, manifest="\/(shoal\/waict\/([\w-]{22})\.waict)"$/.exec(
      header ?? '',
    );
  const bytes = await readFile(join(made.dist, path?.[1] ?? ''));
  expect(sha256(bytes).toString('base64url').slice(0, 22)).toBe(path?.[2]);
  const [text = '', proof, end, ...more] = bytes.toString('utf8').split('\n');
  expect([proof, end, more]).toEqual(['', '', []]);
  const { hashes, wasm_hashes: wasm } = v.parse(Manifest, JSON.parse(text));
  return { hashes, wasm };
}

describe('[F16] a WAICT manifest', () => {
  test('[F16] has the digest of the bytes that are delivered, for every asset, page and script of the site', async () => {
    const made = await project(files, { integrity: all });
    const { waictHeader } = await publishProject(made, { inject: true });
    const { hashes, wasm } = await manifestOf(made, waictHeader);
    const bytes = await delivered(made);
    for (const [path, h] of Object.entries(hashes))
      expect(bytes.get(path)?.toString('base64url'), path).toBe(h);
    const { release } = await opened(made.dist);
    const engine = [...bytes.keys()].find((path) => path.startsWith('/shoal/engine-')) ?? '';
    const wanted = [
      ...Object.keys(release.assets),
      '/',
      '/index.html',
      '/below/',
      '/below/index.html',
      '/shoal.js',
      '/shoal-sw.js',
      engine,
    ];
    expect(Object.keys(hashes).sort()).toEqual(wanted.sort());
    expect(wasm).toEqual([release.assets['/run.0a1b2c3d.wasm']?.h]);
    // Canonical, as the draft wants it, and typed.
    for (const path of Object.keys(hashes))
      expect(new URL(path, 'https://example.com').href).toBe(`https://example.com${path}`);
    expect((await verify({ target: made.dist, config: made.config })).ok).toBe(true);
  });

  test('[F16] follows each release and each new head; what it was before is gone', async () => {
    const made = await project(files, { integrity: all });
    const first = await publishProject(made);
    await writeFile(join(made.dist, 'plain.js'), 'other()');
    const second = await publishProject(made);
    expect(second.waictHeader).not.toBe(first.waictHeader);
    const { dist, config, browserScripts } = made;
    const third = await changeHead({ dir: dist, config, browserScripts }, () => ({ mode: 'uninstall' }));
    expect(third.written).toContainEqual(matching(/^shoal\/waict\//));
    const left = [...(await readTree(join(made.dist, 'shoal/waict'))).keys()];
    expect(left).toHaveLength(1);
    const { hashes } = await manifestOf(
      made,
      `Integrity-Policy-WAICT-v1: max-age=0, mode=report, manifest="/shoal/waict/${left[0]}"`,
    );
    const bytes = await delivered(made);
    for (const [path, h] of Object.entries(hashes))
      expect(bytes.get(path)?.toString('base64url'), path).toBe(h);
    await writeFile(made.config, JSON.stringify({ site: 'https://example.com' }));
    await publishProject(made);
    expect(
      [...(await readTree(join(made.dist, 'shoal'))).keys()].filter((path) => /waict|integrity/.test(path)),
    ).toEqual([]);
  });
});

describe('Subresource Integrity', () => {
  test('[F16] the map has that of every asset, as delivered', async () => {
    const made = await project(files, { integrity: all });
    await publishProject(made);
    const map = v.parse(Hashes, JSON.parse(await readFile(join(made.dist, 'shoal/integrity.json'), 'utf8')));
    expect(Object.keys(map)).toEqual(Object.keys((await opened(made.dist)).release.assets));
    const bytes = await delivered(made);
    for (const [path, sri] of Object.entries(map))
      expect(sri).toBe(`sha256-${bytes.get(path)?.toString('base64')}`);
  });

  test('is put into pages for URLs that change with their content, once, and kept right', async () => {
    const made = await project(files, { integrity: all });
    expect((await publishProject(made)).withIntegrity).toEqual(['below/index.html', 'index.html']);
    const sri = (text: string): string => `sha256-${sha256(Buffer.from(text)).toString('base64')}`;
    const html = await readFile(join(made.dist, 'index.html'), 'utf8');
    expect(html).toBe(
      page
        .replace('<script src="app', `<script integrity="${sri('app()')}" src="app`)
        .replace('<link rel', `<link integrity="${sri('p {}')}" rel`),
    );
    // Relative to the page that it is in.
    expect(await readFile(join(made.dist, 'below/index.html'), 'utf8')).toContain(
      `integrity="${sri('below()')}" src="app`,
    );
    expect((await publishProject(made)).withIntegrity).toEqual([]);
    await writeFile(join(made.dist, 'app.4f3a9c1b.js'), 'changed()');
    expect((await publishProject(made)).withIntegrity).toEqual(['index.html']);
    expect(await readFile(join(made.dist, 'index.html'), 'utf8')).toContain(
      `<script integrity="${sri('changed()')}" src`,
    );
    await rm(join(made.dist, 'app.4f3a9c1b.js'));
    expect((await publishProject(made)).withIntegrity).toEqual([]);
  });

  const known = (url: string): string | undefined =>
    url === 'a.js?x=1&y' ? `sha256-${'A'.repeat(43)}=` : undefined;
  const put = (html: string): string =>
    Buffer.from(addIntegrity(Buffer.from(html, 'latin1'), known)).toString('latin1');
  test.each([
    ['in a comment', '<!-- <script src="a.js?x=1&y"></script> -->'],
    ['in a string of a script', `<script>document.write('<script src="a.js?x=1&y">')</script>`],
    ['in a text', '<textarea><script src="a.js?x=1&y"></script></textarea>'],
    ['without an address', '<script>a()</script>'],
    ['with the integrity that its owner wrote', '<script src="a.js?x=1&y" integrity="sha384-xyz"></script>'],
    ['that is no code', '<link rel="icon" href="a.js?x=1&y">'],
    ['where a base is set', '<base href="/x/"><script src="a.js?x=1&y"></script>'],
    ['of another name', '<scripts src="a.js?x=1&y"></scripts>'],
  ])('leaves alone an element %s', (_, html) => {
    expect(put(html)).toBe(html);
  });

  test.each([
    [
      '<script src="a.js?x=1&amp;y" defer></script>',
      '<script integrity="S" src="a.js?x=1&amp;y" defer></script>',
    ],
    [
      "<SCRIPT\n async\n src='a.js?x=1&y'></SCRIPT>",
      '<SCRIPT integrity="S"\n async\n src=\'a.js?x=1&y\'></SCRIPT>',
    ],
    ['<link href=a.js?x=1&y rel=modulepreload>', '<link integrity="S" href=a.js?x=1&y rel=modulepreload>'],
    [
      '<link rel="preload" as="script" href="a.js?x=1&y">',
      '<link integrity="S" rel="preload" as="script" href="a.js?x=1&y">',
    ],
    [
      '\u00e4<script src="a.js?x=1&y"></script>\u00ff',
      '\u00e4<script integrity="S" src="a.js?x=1&y"></script>\u00ff',
    ],
    [
      `<script src="a.js?x=1&y" integrity="sha256-${'B'.repeat(43)}="></script>`,
      '<script src="a.js?x=1&y" integrity="S"></script>',
    ],
  ])('is put into %s', (html, wanted) => {
    expect(put(html)).toBe(wanted.replace('"S"', `"sha256-${'A'.repeat(43)}="`));
  });
});
