import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pack } from '../../scripts/pack.ts';
import { freePort } from '../support/ports.ts';
import { temporaryFolder } from '../support/tmp.ts';

const run = promisify(execFile);
const limitMs = 120_000;

let project: string;

const shoal = (...args: string[]): Promise<{ stdout: string }> =>
  run(process.execPath, ['node_modules/shoal/dist/cli/shoal.js', ...args], {
    cwd: project,
    timeout: limitMs,
  });

beforeAll(async () => {
  const tarball = await pack();
  project = await temporaryFolder();
  await writeFile(`${project}/package.json`, '{ "private": true }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], {
    cwd: project,
    timeout: limitMs,
  });
  await mkdir(`${project}/site`);
  await writeFile(`${project}/site/index.html`, '<!doctype html><title>site</title>');
  await writeFile(`${project}/site/data.bin`, new Uint8Array(200_000).fill(7));
  await shoal('init', '--site', 'https://example.com', '--yes');
}, limitMs);

describe('the package, installed into an empty project without a registry,', () => {
  it('asks for nothing else and runs nothing at installation', async () => {
    const text = await readFile(`${project}/node_modules/shoal/package.json`, 'utf8');
    const about = v.parse(v.record(v.string(), v.unknown()), JSON.parse(text));
    for (const field of [
      'dependencies',
      'optionalDependencies',
      'peerDependencies',
      'overrides',
      'scripts',
    ]) {
      expect(about).not.toHaveProperty(field);
    }
    const lock = await readFile(`${project}/package-lock.json`, 'utf8');
    expect(lock.match(/"node_modules\//g)).toHaveLength(1);
  });

  it('publishes a site, and tells what was signed from what was not', { timeout: limitMs }, async () => {
    await shoal('publish', 'site');
    expect((await shoal('verify', 'site')).stdout).toContain('as it was signed');
    await writeFile(`${project}/site/data.bin`, new Uint8Array(200_000).fill(8));
    await expect(shoal('verify', 'site')).rejects.toMatchObject({ code: 1 });
  });

  it('runs by its name, and tells its version', async () => {
    const { version } = v.parse(
      v.object({ version: v.string() }),
      JSON.parse(await readFile(`${project}/node_modules/shoal/package.json`, 'utf8')),
    );
    const { stdout } = await run('npx', ['--offline', 'shoal', '--version'], {
      cwd: project,
      timeout: limitMs,
    });
    expect(stdout.trim()).toBe(version);
  });

  it('tells two releases apart, and by its exit code', { timeout: limitMs }, async () => {
    await writeFile(`${project}/site/data.bin`, new Uint8Array(200_000).fill(7));
    await shoal('publish', 'site');
    const path = `${project}/site/shoal/release/`;
    const [first = ''] = await readdir(path);
    await copyFile(path + first, `${project}/before.json`);
    expect((await shoal('diff', 'before.json', 'site')).stdout).toContain('0 added, 0 removed, 0 changed');
    await writeFile(`${project}/site/more.bin`, new Uint8Array(1_000).fill(1));
    await shoal('publish', 'site');
    const different = shoal('diff', 'before.json', 'site');
    await expect(different).rejects.toMatchObject({ code: 1 });
    await expect(different).rejects.toHaveProperty('stdout', expect.stringContaining('/more.bin'));
    await expect(shoal('publish', 'nowhere')).rejects.toMatchObject({ code: 3 });
    await expect(shoal('publish')).rejects.toMatchObject({ code: 2 });
  });

  it('serves the site, the dashboard and the hub on one port until it is told to end', async () => {
    const port = await freePort();
    const server = spawn(
      process.execPath,
      ['node_modules/shoal/dist/cli/shoal.js', 'serve', 'site', '--port', String(port)],
      { cwd: project, stdio: ['ignore', 'pipe', 'inherit'], timeout: limitMs },
    );
    onTestFinished(() => void server.kill('SIGKILL'));
    await once(server.stdout, 'data');
    const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
    expect(new Uint8Array(await (await get('/data.bin')).arrayBuffer())).toEqual(
      new Uint8Array(200_000).fill(7),
    );
    expect(await (await get('/shoal-sw.js')).text()).toContain('__SHOAL_WORKER__');
    expect((await get('/hub/health')).status).toBe(200);
    expect(await (await get('/hub/dashboard/')).text()).toContain('<!doctype html>');
    server.kill('SIGTERM');
    await once(server, 'exit');
    expect(server.exitCode).toBe(0);
  });

  it('carries the schema that a new configuration points to', async () => {
    const text = await readFile(`${project}/shoal.config.json`, 'utf8');
    const { $schema } = v.parse(v.object({ $schema: v.string() }), JSON.parse(text));
    const schema = await readFile(`${project}/${$schema}`, 'utf8');
    expect(JSON.parse(schema)).toHaveProperty('properties.site');
  });

  it('has the types of window.shoal, and the notices of what is bundled', async () => {
    const folder = `${project}/node_modules/shoal/dist`;
    expect(await readFile(`${folder}/types/loader/api.d.ts`, 'utf8')).toContain('interface Window');
    expect(await readFile(`${folder}/THIRD-PARTY-LICENSES.txt`, 'utf8')).toMatch(/^webtorrent \d/m);
  });
});
