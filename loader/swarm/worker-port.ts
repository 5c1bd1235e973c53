/** The port to the worker, replaceable: a worker that starts again makes a new one. */

import type { HostToWorker, WorkerToHost } from '../../protocol/worker-messages.ts';
import { parseWorkerMessage } from './parse-worker.ts';

export class WorkerPort {
  readonly #receive: (message: WorkerToHost) => Promise<void>;
  /** We are asked for something: the worker is to see at once that we are alive. */
  readonly #asked: () => void;
  #port: MessagePort | undefined;
  /** Messages are handled in order, one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(receive: (message: WorkerToHost) => Promise<void>, asked: () => void) {
    this.#receive = receive;
    this.#asked = asked;
  }

  use(port: MessagePort): void {
    this.close();
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = parseWorkerMessage(data);
      if (message === undefined) return;
      if (message.t === 'want') this.#asked();
      this.#last = this.#last.then(async () => {
        if (this.#port === port) await this.#receive(message);
      });
    };
  }

  post(message: HostToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#port?.postMessage(message, [...transfer]);
  }

  close(): void {
    this.#port?.close();
    this.#port = undefined;
  }
}
