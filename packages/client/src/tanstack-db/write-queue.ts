import type { BatchOperation, BatchResult } from '../batch.js';
import type { HavenClient } from '../client.js';
import { HavenError } from '../error.js';
import { createKey } from '../idempotency-key.js';
import { delayAfter, isTemporary, retryPolicy } from '../retry.js';
import type { AnySchema } from '../schema.js';
import { onlineAgain, wait } from '../wait.js';

const queues = new WeakMap<object, WriteQueue>();

/** Sends the transactions of a client one after the other, so that each can rely on those before it. */
export class WriteQueue {
  readonly #retry = retryPolicy();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(private readonly client: HavenClient<AnySchema>) {}

  /** Returns the queue that all collections of a client share. */
  static of(client: HavenClient<AnySchema>): WriteQueue {
    const queue = queues.get(client) ?? new WriteQueue(client);
    queues.set(client, queue);
    return queue;
  }

  /**
   * Sends the operations as one batch after the responses to those before it. `prepare` is called just before. Repeats
   * the batch until Haven accepts or refuses it; all attempts have one key, so it is executed once.
   */
  send(prepare: () => Promise<readonly BatchOperation<AnySchema>[]>): Promise<readonly BatchResult[]> {
    const sent = this.#last.then(async () => this.#untilSettled(await prepare()));
    this.#last = sent.catch(() => undefined); // a refused transaction does not stop the next one
    return sent;
  }

  async #untilSettled(operations: readonly BatchOperation<AnySchema>[]): Promise<readonly BatchResult[]> {
    const idempotencyKey = createKey();
    for (let failures = 1; ; failures += 1) {
      try {
        const { results } = await this.client.batch(operations, { idempotencyKey });
        return results;
      } catch (error) {
        if (!isTemporary(error) && !isFromProxy(error)) throw error;
        const delay = delayAfter(error, failures, this.#retry) ?? this.#retry.maxDelay;
        await wait(delay, undefined, onlineAgain);
      }
    }
  }
}

/** Whether a proxy has failed, so that it is not known whether Haven has received the batch. */
function isFromProxy(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'UNEXPECTED_RESPONSE' && error.status >= 500;
}
