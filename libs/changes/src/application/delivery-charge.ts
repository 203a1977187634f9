import { setTimeout as delay } from 'node:timers/promises';

import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

/** Number of changes whose delivery on a stream costs as much as one read. */
const CHANGES_PER_POINT = 10;

/**
 * Charges the changes that a stream delivers to the rate limits of its caller. If a limit is exceeded, the stream waits
 * for the next window: it continues from its position in the feed, so no change is lost.
 */
export class DeliveryCharge {
  private uncharged = 0;

  /** `stop` is aborted when the stream ends. */
  constructor(
    private readonly caller: Caller,
    private readonly stop: AbortSignal,
  ) {}

  /** Charges delivered changes. Returns when the stream may continue, or has ended. */
  async add(changes: number): Promise<void> {
    this.uncharged += changes;
    const cost = Math.floor(this.uncharged / CHANGES_PER_POINT);
    this.uncharged %= CHANGES_PER_POINT;
    if (cost === 0) return;
    while (!this.stop.aborted) {
      const retryAfter = await this.refusalOf(cost);
      if (retryAfter === undefined) return;
      await delay(retryAfter * 1_000, undefined, { signal: this.stop, ref: false }).catch(() => undefined); // it ended
    }
  }

  /** Takes the cost. Returns the number of seconds after which to try again, or undefined if the cost was taken. */
  private async refusalOf(cost: number): Promise<number | undefined> {
    try {
      await this.caller.consume?.(cost);
      return undefined;
    } catch (error) {
      if (!(error instanceof HavenError)) throw error;
      if (error.code !== 'RATE_LIMITED' && error.code !== 'UNAVAILABLE') throw error;
      return error.extras.retryAfter ?? 1;
    }
  }
}
