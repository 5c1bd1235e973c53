/** Where a request comes from. Used to limit rates and to know this machine; never stored, never logged. */

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { forwardedAddress, isLoopback } from '../address.ts';

/** What the Node adapter passes along; absent when the app is called without a server. */
export interface HubEnv {
  readonly Bindings: Partial<HttpBindings>;
}

/** The client's address; `undefined` without a server. */
export function clientAddress(c: Context<HubEnv>, trustProxy: boolean): string | undefined {
  return forwardedAddress(
    (name) => c.req.header(name),
    bindings(c).incoming?.socket.remoteAddress,
    trustProxy,
  );
}

const proxyHeaders = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'] as const;

/**
 * Whether a person on this machine asks, with nobody in between. A proxy on this machine also comes
 * from loopback, so a request that was forwarded is not local; and a foreign page may point its own
 * name at 127.0.0.1 (DNS rebinding), so the name asked for must be local too.
 */
export function isLocal(c: Context<HubEnv>): boolean {
  const address = bindings(c).incoming?.socket.remoteAddress;
  if (address === undefined || !isLoopback(address)) return false;
  if (proxyHeaders.some((header) => c.req.header(header) !== undefined)) return false;
  return isLocalName(new URL(c.req.url).hostname);
}

/** Whether the client's side of the connection is encrypted. */
export function isEncrypted(c: Context<HubEnv>, trustProxy: boolean): boolean {
  if (trustProxy && c.req.header('x-forwarded-proto') === 'https') return true;
  return new URL(c.req.url).protocol === 'https:';
}

// `app.request()` without an environment passes none, whatever the type says.
function bindings(c: Context<HubEnv>): Partial<HttpBindings> {
  const env: Partial<HttpBindings> | undefined = c.env;
  return env ?? {};
}

function isLocalName(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d+){3}$/.test(hostname)
  );
}
