import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { plainField, withPlainFields } from '../../scripts/build/plain-fields.ts';

describe('private fields in a finished script', () => {
  it('become ordinary ones, in each class by themselves', () => {
    const code = `
      class Counter { #count = 0; #step; constructor(step) { this.#step = step; } next() { return this.#count += this.#step; } }
      const Shout = class { #text; constructor(text) { this.#text = text; } #loud() { return this.#text + '!'; } get said() { return this.#loud(); } };
      return [new Counter(2).next(), new Shout('#text').said];`;
    const plain = withPlainFields(`(() => {${code}})()`);
    expect(plain).not.toMatch(/\.#/);
    expect(plain).toContain("'#text'");
    expect(new Set(plain.match(new RegExp(`\\b${plainField}\\b`, 'g')))).toEqual(new Set(['own_0', 'own_1']));
    expect(runInThisContext(plain)).toEqual([2, '#text!']);
  });

  it('are left alone where there are none, and a script that is none is refused', () => {
    expect(withPlainFields("const a = '#b';")).toBe("const a = '#b';");
    expect(() => withPlainFields('class {')).toThrow('Expected');
  });
});
