import { setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { ImportLine } from './import-lines.js';

/** A batch of lines costs at least one per this number of bytes, so that long lines cost more than short ones. */
const LINE_BYTES = 4_096;

/**
 * A larger cost is charged in steps of at most this amount, so that an import can continue as soon as a small part of
 * the rate limit is available again.
 */
const STEP_COST = 100;

/** Maximum time that a batch of lines waits for the rate limit, in milliseconds. */
const MAX_WAIT_MS = 60_000;

/**
 * Charges the lines of an import to the rate limit, in addition to the request itself. If the rate limit is used up,
 * the import waits and reads nothing in the meantime. The client is thereby slowed down, and need not resume a failed
 * import. No transaction may be open, because its locks would block other requests in the meantime.
 */
@Injectable()
export class ImportRateLimiter {
  /** Charges the given lines, waiting if necessary. Throws `RATE_LIMITED` if that would take too long. */
  consume(caller: Caller, lines: readonly ImportLine[]): Promise<void> {
    const bytes = lines.reduce((sum, line) => sum + line.size, 0);
    return this.consumeInSteps(caller, Math.max(lines.length, Math.ceil(bytes / LINE_BYTES)));
  }

  /** Charges bytes that are stored before it is known which lines they contain. */
  consumeBytes(caller: Caller, bytes: number): Promise<void> {
    return this.consumeInSteps(caller, Math.ceil(bytes / LINE_BYTES));
  }

  private async consumeInSteps(caller: Caller, cost: number): Promise<void> {
    const until = performance.now() + MAX_WAIT_MS;
    for (let rest = cost; rest > 0; rest -= STEP_COST)
      await this.consumeOrWait(caller, Math.min(rest, STEP_COST), until);
  }

  private async consumeOrWait(caller: Caller, cost: number, until: number): Promise<void> {
    for (;;) {
      try {
        return await caller.consume?.(cost);
      } catch (error) {
        if (!(error instanceof HavenError) || error.code !== 'RATE_LIMITED') throw error;
        const wait = (error.extras.retryAfter ?? 1) * 1_000;
        if (performance.now() + wait > until) throw error;
        await delay(wait, undefined, { ref: false });
      }
    }
  }
}
