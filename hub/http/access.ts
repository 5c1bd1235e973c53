/** Who may look at the figures: whoever has the token; without one, this machine only. */

import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ResolvedOptions } from '../options.ts';
import { areEqual, TokenGuard } from '../token-guard.ts';
import { clientAddress, isEncrypted, isLocal, type HubEnv } from './client-address.ts';

const cookieName = 'shoal-hub';
const cookieSeconds = 30 * 24 * 60 * 60;

export class Access {
  readonly #options: ResolvedOptions;
  readonly #dashboard: TokenGuard;
  readonly #shippers: TokenGuard;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#dashboard = new TokenGuard(options.dashboardToken);
    this.#shippers = new TokenGuard(options.originToken);
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
    return given !== undefined && this.#matches(this.#dashboard, c, given) ? this.#welcome(c, given) : next();
  };

  /** For log shippers; a browser page is never one. */
  readonly origin: MiddlewareHandler<HubEnv> = async (c, next) => {
    const { originToken } = this.#options;
    const bearer = bearerOf(c);
    const isShipper =
      originToken === undefined
        ? isLocal(c) && c.req.header('origin') === undefined
        : bearer !== undefined && this.#matches(this.#shippers, c, bearer);
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
    if (bearer !== undefined && this.#matches(this.#dashboard, c, bearer)) return undefined;
    const cookie = getCookie(c, cookieName);
    if (cookie !== undefined && areEqual(cookie, cookieFor(this.#options.dashboardToken))) return undefined;
    return {
      status: 401,
      message:
        'Open dashboard/?token=<dashboardToken> once, or send "Authorization: Bearer <dashboardToken>".',
    };
  }

  #matches(guard: TokenGuard, c: Context<HubEnv>, given: string): boolean {
    const { trustProxy, clock } = this.#options;
    return guard.matches(given, clientAddress(c, trustProxy), clock());
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

function page(title: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><h1>${title}</h1><p>${escaped}</p></html>`;
}
