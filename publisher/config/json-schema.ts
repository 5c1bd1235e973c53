/** The JSON schema that editors use to complete and check `shoal.config.json`. */

import { toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from './options.ts';

/** JSON schema (draft-07) of what an owner writes: options with a default may be left out. */
export function configJsonSchema(): object {
  // `check` actions have no counterpart in JSON schema; the command line reports those.
  return toJsonSchema(configSchema, { typeMode: 'input', errorMode: 'ignore' });
}
