/** Whether a browser can register the worker, and whether anything tells workers to stand aside. */

import { disablePath, workerPath } from '../release/layout.ts';
import { readAll, type Deployment } from './deployment.ts';
import { advice, wrong, type Finding } from './open-deployed.ts';

/** What makes `navigator.serviceWorker.register` fail, seen from the header fields of `shoal-sw.js`. */
export async function checkRegistration(
  deployment: Deployment,
  base: string,
  scriptBytes: number,
): Promise<Finding[]> {
  const path = base + workerPath;
  const served = await deployment.open(path);
  // What is wrong with the file itself is found elsewhere.
  if (typeof served === 'string') return [];
  await readAll(served, scriptBytes, path);
  const { headers } = served;
  if (headers === undefined) return [];
  const findings: Finding[] = [];
  const type = headers.get('content-type') ?? '(none)';
  if (!/^(?:text|application)\/(?:x-)?(?:java|ecma)script\s*(?:;|$)/i.test(type)) {
    findings.push(wrong(path, `is served as ${type}: browsers register JavaScript only`));
  }
  const allowed = headers.get('service-worker-allowed');
  if (allowed !== undefined && !base.startsWith(pathOf(allowed, base))) {
    findings.push(
      wrong(
        path,
        `is served with Service-Worker-Allowed: ${allowed}, which forbids its scope ${base}; leave that header out`,
      ),
    );
  }
  return findings;
}

/** The emergency file needs no signature, so that anything with status 200 in its place counts. */
export async function checkDisable(
  deployment: Deployment,
  base: string,
  scriptBytes: number,
): Promise<Finding[]> {
  const path = base + disablePath;
  const served = await deployment.open(path);
  if (typeof served === 'string') return [];
  const type = served.headers?.get('content-type') ?? '';
  let read = 0;
  for await (const block of served.body) if ((read += block.length) > scriptBytes) break;
  return [
    /html/i.test(type)
      ? wrong(path, 'is answered with a page: let paths below shoal/ that do not exist be answered with 404')
      : advice(path, 'is there: workers stand aside. `shoal enable` removes it'),
  ];
}

/** A maximum scope, resolved as browsers do: against the script's own URL. */
function pathOf(allowed: string, base: string): string {
  return URL.parse(allowed, `http://site.invalid${base}`)?.pathname ?? allowed;
}
