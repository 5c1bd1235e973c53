/**
 * Removes methods and accessors that nothing in a finished script names. Bundlers leave them in: to them a class is
 * used as a whole. A worker script is closed (nobody imports it), so what it does not name itself is dead.
 */
import { parseSync, Visitor } from 'vite';

interface Named {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Called by the language, without a name. */
const implicit = new Set(['constructor', 'toString', 'valueOf', 'toJSON', 'then', 'handleEvent']);

/** The script without them, and without those that only they called. @throws Error when it is no valid JavaScript. */
export function withoutUnusedMethods(code: string): string {
  const { methods, uses } = namesIn(code);
  const unused = methods.filter(
    (method) =>
      !implicit.has(method.name) &&
      // A method that only calls itself is not called.
      uses.every(({ name, start }) => name !== method.name || (start > method.start && start < method.end)),
  );
  if (unused.length === 0) return code;
  const [{ start, end } = { start: 0, end: 0 }] = unused;
  return withoutUnusedMethods(code.slice(0, start) + code.slice(end));
}

/** What classes define under a plain name, and wherever a name is written: as a property, in a pattern, as a text. */
function namesIn(code: string): { readonly methods: readonly Named[]; readonly uses: readonly Named[] } {
  const methods: Named[] = [];
  const uses: Named[] = [];
  const { program, errors } = parseSync('script.js', code);
  if (errors[0] !== undefined) throw new Error(errors[0].message);
  new Visitor({
    MethodDefinition: ({ key, computed, start, end }) => {
      if (!computed && key.type === 'Identifier') methods.push({ name: key.name, start, end });
    },
    MemberExpression: ({ property, start, end }) => {
      if (property.type === 'Identifier') uses.push({ name: property.name, start, end });
    },
    ObjectPattern: ({ properties }) => {
      for (const property of properties) {
        if (property.type === 'Property' && property.key.type === 'Identifier') {
          uses.push({ name: property.key.name, start: property.start, end: property.end });
        }
      }
    },
    Literal: ({ value, start, end }) => {
      if (typeof value === 'string') uses.push({ name: value, start, end });
    },
  }).visit(program);
  return { methods, uses };
}
