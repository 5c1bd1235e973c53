/** The publisher as a library: what the command line does, without the command line. */

export { PublisherError, type PublisherErrorCode } from './errors.ts';
export { init, type InitOptions, type InitReport } from './init.ts';
export { changeHead, type ChangeOptions, type ChangeReport } from './change-head.ts';
export { preparePublish, publish, type PublishOptions } from './publish.ts';
export { revoke } from './revoke.ts';
export { rollback, type RollbackOptions } from './rollback.ts';
export { disableUnsigned, enable } from './switch.ts';
export type { PublishReport } from './report.ts';
export { serve, type ServeOptions, type Serving } from './serve/serve.ts';
export {
  createSite,
  type ListeningSite,
  type OriginCounts,
  type ServedRequest,
  type Site,
  type SiteOptions,
} from './serve/static-server.ts';
export { diff, type DiffReport } from './diff/diff.ts';
export { verify, type VerifyReport } from './verify/verify.ts';
