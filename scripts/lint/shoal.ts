/**
 * A rule of our own for the linter: signatures are verified by one library, in its strict mode. The lenient
 * mode takes keys of small order, for which one signature fits many messages.
 */

/** The part of a syntax tree (ESTree) that the rule looks at; nobody has checked it. */
interface Node {
  readonly type: string;
}
interface Context {
  report(problem: { node: Node; message: string }): void;
}

const strictOnly = 'Verify with `{ zip215: false }`: the lenient mode takes keys of small order.';
const oneVerifier = 'Signatures are verified by @noble/ed25519 in its strict mode, and by nothing else.';

const strictSignatures = {
  create(context: Context) {
    /** What the functions of the library are called in this file. */
    const verifiers = new Set<string>();
    return {
      ImportDeclaration(node: Node): void {
        const from = at(node, 'source', 'value');
        for (const specifier of listAt(node, 'specifiers')) {
          const imported = at(specifier, 'imported', 'name');
          const isVerifier = imported === undefined || imported === 'verify' || imported === 'verifyAsync';
          if (from === '@noble/ed25519' && imported === undefined) report(specifier, strictOnly);
          if (from === '@noble/ed25519' && isVerifier) verifiers.add(String(at(specifier, 'local', 'name')));
          if (
            (from === 'node:crypto' || from === 'crypto') &&
            (imported === 'verify' || imported === 'createVerify')
          )
            report(specifier, oneVerifier);
        }
      },
      CallExpression(node: Node): void {
        if (
          at(node, 'callee', 'property', 'name') === 'verify' &&
          at(node, 'callee', 'object', 'property', 'name') === 'subtle'
        )
          report(node, oneVerifier);
      },
      Identifier(node: Node): void {
        if (!verifiers.has(String(at(node, 'name'))) || at(node, 'parent', 'type') === 'ImportSpecifier')
          return;
        const call = at(node, 'parent');
        if (at(call, 'callee') !== node || !isStrict(listAt(call, 'arguments')[3])) report(node, strictOnly);
      },
    };

    function report(node: unknown, message: string): void {
      if (isNode(node)) context.report({ node, message });
    }
  },
};

export default { meta: { name: 'shoal' }, rules: { 'strict-signatures': strictSignatures } };

function isStrict(options: unknown): boolean {
  return listAt(options, 'properties').some(
    (property) => at(property, 'key', 'name') === 'zip215' && at(property, 'value', 'value') === false,
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function at(value: unknown, ...names: readonly string[]): unknown {
  let inner: unknown = value;
  for (const name of names) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = Reflect.get(inner, name);
  }
  return inner;
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = at(value, name);
  return Array.isArray(list) ? list : [];
}
