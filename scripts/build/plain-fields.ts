/**
 * Gives private fields and methods of a finished script ordinary names, which Terser shortens further. Classes use the
 * same names again: none of ours extends another, and nothing outside of the script holds its objects. In the source
 * they stay private.
 */
import { parseSync, Visitor } from 'vite';

interface Name {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const prefix = 'own_';
/** Of what {@link withPlainFields} names. */
export const plainField = `${prefix}\\d+`;

/** @throws Error when the script is no valid JavaScript. */
export function withPlainFields(code: string): string {
  const { names, classes } = namesIn(code);
  let plain = '';
  let done = 0;
  for (const { name, start, end } of names) {
    const own = classes
      .find((candidate) => candidate.start < start && end < candidate.end)
      ?.names.indexOf(name);
    plain += `${code.slice(done, start)}${prefix}${own}`;
    done = end;
  }
  return plain + code.slice(done);
}

/** Private names in the order of the script, and classes with their own. */
function namesIn(code: string) {
  const names: Name[] = [];
  const classes: Omit<Name, 'name'>[] = [];
  const { program, errors } = parseSync('script.js', code);
  if (errors[0] !== undefined) throw new Error(errors[0].message);
  new Visitor({
    PrivateIdentifier: (name) => void names.push(name),
    ClassDeclaration: ({ start, end }) => void classes.push({ start, end }),
    ClassExpression: ({ start, end }) => void classes.push({ start, end }),
  }).visit(program);
  return {
    names,
    classes: classes.map(({ start, end }) => {
      const own = names.filter((one) => start < one.start && one.end < end).map(({ name }) => name);
      return { start, end, names: [...new Set(own)] };
    }),
  };
}
