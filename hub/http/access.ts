/** Who may look at the figures: whoever has the token; without one, this machine only. */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ResolvedOptions } from '../options.ts';
import { TokenBuckets } from '../token-bucket.ts';
import { clientAddress, isEncrypted, isLocal, rateKey, type HubEnv } from './client-address.ts';

const cookieName = 'shoal-hub';
const cookieSeconds = 30 * 24 * 60 * 60;

export class Access {
  readonly #options: ResolvedOptions;
  /** Wrong tokens that one client may try: ten, then one every ten seconds. */
  readonly #attempts = new TokenBuckets(10, 0.1);

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  /** For programs and for the dashboard's own requests: 401 or 403 as JSON. */
  readonly api: MiddlewareHandler<HubEnv> = async (c, next) => {
    const refusal = this.#refusal(c);
    if (refusal === undefined) return next();
    return c.json({ error: refusal.message }, refusal.status);
  };

  /** For the dashboard's files, which hold no figures and ask for the token: exchanges `?token=` for a cookie. */
  readonly pages: MiddlewareHandler<HubEnv> = async (c, next) => {
    const given = c.req.query('token');
    return given !== undefined && this.#isToken(c, given) ? this.#welcome(c, given) : next();
  };

  /** For log shippers; a browser page is never one. */
  readonly origin: MiddlewareHandler<HubEnv> = async (c, next) => {
    const { originToken } = this.#options;
    const bearer = bearerOf(c);
    const isShipper =
      originToken === undefined
        ? isLocal(c) && c.req.header('origin') === undefined
        : bearer !== undefined && this.#matches(c, bearer, originToken);
    if (isShipper) return next();
    return c.json({ error: 'needs the header "Authorization: Bearer <originToken>"' }, 401);
  };

  #refusal(c: Context<HubEnv>): { readonly status: 401 | 403; readonly message: string } | undefined {
    if (this.#options.dashboardToken === undefined) {
      // A proxy that hides where a request came from makes everybody local: set a token behind one.
      if (isLocal(c)) return undefined;
      return {
        status: 403,
        message:
          'Only the machine that the hub runs on may look. Set a dashboard token (docs/operations.md) to open it to others.',
      };
    }
    const bearer = bearerOf(c);
    if (bearer !== undefined && this.#isToken(c, bearer)) return undefined;
    const cookie = getCookie(c, cookieName);
    if (cookie !== undefined && equal(cookie, cookieFor(this.#options.dashboardToken))) return undefined;
    return {
      status: 401,
      message:
        'Open dashboard/?token=<dashboardToken> once, or send "Authorization: Bearer <dashboardToken>".',
    };
  }

  #isToken(c: Context<HubEnv>, given: string): boolean {
    return this.#matches(c, given, this.#options.dashboardToken);
  }

  #matches(c: Context<HubEnv>, given: string, token: string | undefined): boolean {
    const nowMs = this.#options.clock();
    const key = rateKey(clientAddress(c, this.#options.trustProxy));
    if (token === undefined || !this.#attempts.has(key, nowMs)) return false;
    if (equal(given, token)) return true;
    this.#attempts.take(key, 1, nowMs);
    return false;
  }

  /**
   * Sets the cookie and sends the browser on without the token in its address. By a page and not by
   * a redirect: after a click on a foreign page, a strict same-site cookie would not come along.
   */
  #welcome(c: Context<HubEnv>, token: string): Response {
    setCookie(c, cookieName, cookieFor(token), {
      httpOnly: true,
      sameSite: 'Strict',
      secure: isEncrypted(c, this.#options.trustProxy),
      path: this.#options.prefix,
      maxAge: cookieSeconds,
    });
    c.header('Refresh', `0; url=${this.#options.prefix}dashboard/`);
    return c.html(page('Shoal dashboard', 'Welcome. The dashboard opens in a moment.'));
  }
}

function bearerOf(c: Context<HubEnv>): string | undefined {
  return /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

/** Not the token itself, so that a stolen cookie does not give away more than the dashboard. */
function cookieFor(token: string): string {
  return createHash('sha256').update(`shoal dashboard cookie\n${token}`).digest('hex');
}

/** In constant time. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function page(title: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><h1>${title}</h1><p>${escaped}</p></html>`;
}
