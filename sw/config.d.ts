/** The worker's settings, baked into its script by the publisher. */
import type { WorkerConfig } from '../protocol/site-config.ts';
/** Throws when the prelude is missing or malformed: such a worker leaves everything to the browser. */
export declare function readConfig(value: unknown): WorkerConfig;
