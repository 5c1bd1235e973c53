import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tagHtml } from '../../publisher/inject/tag-html.ts';
import { project, publishProject } from './fixture.ts';

const tag = '<script src="/shoal.js" async></script>';

function tagged(html: string | Uint8Array): string {
  const result = tagHtml(typeof html === 'string' ? Buffer.from(html) : html, '/shoal.js');
  return result.kind === 'tagged' ? Buffer.from(result.html).toString('latin1') : result.kind;
}

describe('the tag', () => {
  test.each([
    ['<html><head><title>a</title></head></html>', `<html><head>${tag}<title>a</title></head></html>`],
    [
      '<!DOCTYPE html>\r\n<HTML lang="a"><HEAD class=x>\r\n',
      `<!DOCTYPE html>\r\n<HTML lang="a"><HEAD class=x>${tag}\r\n`,
    ],
    ['<!-- <head> --><html><body><header></header>', `<!-- <head> --><html>${tag}<body><header></header>`],
    ['<!doctype html><title>a</title>', `<!doctype html>${tag}<title>a</title>`],
    [
      '<head><!-- <script src="/shoal.js"></script> -->',
      `<head>${tag}<!-- <script src="/shoal.js"></script> -->`,
    ],
  ])('goes into %s', (html, expected) => {
    expect(tagged(html)).toBe(expected);
  });

  test.each([
    '<head><script src="/shoal.js" async></script></head>',
    '<head><script async src=shoal.js></script></head>',
    "<head><script async\n  src='https://example.com/shoal.js'></script></head>",
  ])('is not put in twice: %s', (html) => {
    expect(tagged(html)).toBe('has-tag');
  });

  test('leaves parts of pages and UTF-16 alone, and every other byte as it was', () => {
    expect(tagged('<p>part</p>')).toBe('left');
    expect(tagged(Buffer.from('\ufeff<html><head>', 'utf16le'))).toBe('left');
    const bytes = Buffer.concat([Buffer.from('<head>'), Buffer.from([0xff, 0x00, 0xe4, 0x0d, 0x80])]);
    expect(tagged(bytes)).toBe(`<head>${tag}${bytes.subarray(6).toString('latin1')}`);
  });

  test('is put into every page by --inject, once', async () => {
    const made = await project({
      'index.html': '<html><head></head></html>',
      'sub/a.htm': '<html><head></head></html>',
      'a.js': '<head>',
    });
    expect((await publishProject(made, { inject: true })).injected).toEqual(['index.html', 'sub/a.htm']);
    expect(await readFile(join(made.dist, 'sub/a.htm'), 'utf8')).toBe(`<html><head>${tag}</head></html>`);
    const again = await publishProject(made, { inject: true });
    expect([again.injected, again.status]).toEqual([[], 'unchanged']);
  });
});
