/** The configuration's schema, for the command line and for editors. */

export { configJsonSchema } from './json-schema.ts';
export type { Config, Rule } from './options.ts';
