import { setTimeout as delay } from 'node:timers/promises';

import { isRetryable, translateDatabaseError } from './database-error.js';

/**
 * Runs `work`, and again up to `retries` times after a retryable error. If the last attempt fails with a known database
 * error, throws the corresponding error of the catalogue.
 */
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
