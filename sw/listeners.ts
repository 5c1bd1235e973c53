/**
 * What pages are told of their own requests. The tag comes after the page's first requests, and what is
 * posted before it listens is lost (https://w3c.github.io/ServiceWorker/#navigator-service-worker-startMessages:
 * the queue opens at DOMContentLoaded, for whoever listens then). So it waits until the page has said a word.
 */

import type { WorkerToClient } from '../protocol/worker-messages.ts';

/** Of a page that has no tag, no more than this waits. */
const waitingLimit = 1_000;

export class Listeners {
  /** By client: what waits, or `null` when it listens. */
  readonly waiting = new Map<string, WorkerToClient[] | null>();

  /** Now, or when the page listens. A worker that has started again does not know, and asks. */
  tell(client: Client, message: WorkerToClient): void {
    const waiting = this.waiting.get(client.id);
    if (waiting === null) client.postMessage(message);
    else if (waiting === undefined) {
      this.waiting.set(client.id, [message]);
      const question: WorkerToClient = { t: 'who-listens' };
      client.postMessage(question);
    } else if (waiting.length < waitingLimit) waiting.push(message);
  }

  /** The page has said a word: it hears everything that has waited. */
  heard(client: Client): void {
    for (const message of this.waiting.get(client.id) ?? []) client.postMessage(message);
    this.waiting.set(client.id, null);
  }
}
