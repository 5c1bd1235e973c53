/** One process beside a site: tracker, metrics, dashboard. */

export { createHub, type Hub } from './create-hub.ts';
export { startHub, type RunningHub, type StartHubOptions } from './start-hub.ts';
export type { HubOptions, HubSite } from './options.ts';
export type { OriginReport } from './http/intake-routes.ts';
export { HubError, type HubErrorCode } from './errors.ts';
export { jsonLogger, type LogFields, type Logger } from './log.ts';
export type * from './api.ts';
