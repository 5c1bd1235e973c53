/** The configuration's schema, for the command line and for editors. */

export { configJsonSchema } from './json-schema.ts';
export { configSchema, type Config, type Rule } from './options.ts';
