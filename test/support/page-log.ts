import type { HTTPRequest, Page } from 'puppeteer';

/** What went wrong on a page, in the order in which it did. */
export interface PageLog {
  /** Texts of `console.error` and of the browser's own errors (CSP, failed loads), with their place. */
  readonly consoleErrors: readonly string[];
  /** Exceptions that nobody caught. */
  readonly pageErrors: readonly string[];
  /** `GET <url>: <reason>`; requests that the page itself gave up are not among them. */
  readonly failedRequests: readonly string[];
  /** All of the above, each with a word in front; for `expect(log.problems()).toEqual([])`. */
  readonly problems: () => string[];
  /** Every console message, `<type>: <text>`. */
  readonly messages: readonly string[];
}

/** Starts to record; call it before the page loads anything. */
export function recordPage(page: Page): PageLog {
  const consoleErrors: string[] = [];
  const pageErrors: string[] = [];
  const failedRequests: string[] = [];
  const messages: string[] = [];
  page.on('console', (message) => {
    messages.push(`${message.type()}: ${message.text()}`);
    if (message.type() !== 'error') return;
    const { url = '', lineNumber } = message.location();
    consoleErrors.push(`${message.text()} (${url}${lineNumber === undefined ? '' : `:${lineNumber + 1}`})`);
  });
  page.on('pageerror', (error) => {
    pageErrors.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
  page.on('requestfailed', (request) => {
    if (!gaveUp(request)) failedRequests.push(`${request.method()} ${request.url()}: ${reason(request)}`);
  });
  const problems = (): string[] => [
    ...consoleErrors.map((text) => `console: ${text}`),
    ...pageErrors.map((text) => `uncaught: ${text}`),
    ...failedRequests.map((text) => `request: ${text}`),
  ];
  return { consoleErrors, pageErrors, failedRequests, messages, problems };
}

function gaveUp(request: HTTPRequest): boolean {
  return ['net::ERR_ABORTED', 'NS_BINDING_ABORTED'].includes(reason(request));
}

function reason(request: HTTPRequest): string {
  return request.failure()?.errorText ?? 'no reason given';
}
