import { setTimeout as delay } from 'node:timers/promises';

import { isRetryable, translateDatabaseError } from './database-error.js';

/** Runs `work` again when it collided with others, up to `retries` times; its failure comes in terms of the catalogue. */
export async function withRetries<T>(work: () => Promise<T>, retries: number): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || attempt >= retries) throw translateDatabaseError(error);
      await delay(Math.random() * 20 * 2 ** attempt);
    }
  }
}
