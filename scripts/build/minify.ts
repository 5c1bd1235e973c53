/** Makes the scripts that every visitor downloads as small as they get: esbuild bundles, Terser has the last word. */
import { minify } from 'terser';
import { plainField, withPlainFields } from './plain-fields.ts';
import { withoutUnusedMethods } from './unused-methods.ts';

/** @throws Error when the script is no valid JavaScript. */
export async function minified(code: string, internalNames: readonly string[]): Promise<string> {
  const properties = { regex: new RegExp(`^(?:${[...internalNames, plainField].join('|')})$`) };
  const script = internalNames.length === 0 ? code : withoutUnusedMethods(withPlainFields(code));
  const result = await minify(script, {
    ecma: 2020,
    module: true,
    compress: {
      passes: 4,
      // What is smallest differs from script to script; tried.
      ...(internalNames.length > 0 && { inline: false }),
      pure_getters: true,
      sequences: false,
      unsafe_arrows: true,
      keep_fargs: false,
    },
    mangle: internalNames.length === 0 ? true : { properties },
    // The notice in front, which names the licence.
    format: { comments: /^!/ },
  });
  if (result.code === undefined) throw new Error('Terser gave no code');
  return result.code;
}
