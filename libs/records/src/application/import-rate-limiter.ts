import { setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { ImportLine } from './import-lines.js';

/** Lines that are longer count as several. */
const LINE_BYTES = 4_096;

/** What is paid at once, so that an import goes on with what little is left. */
const PIECE = 100;

/** An import waits so long before it gives up. */
const PATIENCE_MS = 60_000;

/**
 * What an import costs besides the request. When there is not enough left it waits, and its client with it, for nothing is
 * read meanwhile: whoever sends a million lines is slowed down, and need not find out where to go on. One that has a
 * transaction open holds others up, so it does not wait.
 */
@Injectable()
export class ImportRateLimiter {
  constructor(private readonly uow: UnitOfWork) {}

  /** Fails with `RATE_LIMITED` where waiting is of no use. */
  async consume(caller: Caller, lines: readonly ImportLine[]): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (let rest = importCost(lines); rest > 0; rest -= PIECE)
      await this.consumeOrWait(caller, Math.min(rest, PIECE), until);
  }

  private async consumeOrWait(caller: Caller, cost: number, until: number): Promise<void> {
    for (;;) {
      try {
        return await caller.consume?.(cost);
      } catch (error) {
        if (!(error instanceof HavenError) || error.code !== 'RATE_LIMITED' || this.uow.isOpen) throw error;
        const wait = (error.extras.retryAfter ?? 1) * 1_000;
        if (performance.now() + wait > until) throw error;
        await delay(wait, undefined, { ref: false });
      }
    }
  }
}

function importCost(lines: readonly ImportLine[]): number {
  const bytes = lines.reduce((sum, line) => sum + line.bytes.length, 0);
  return Math.max(lines.length, Math.ceil(bytes / LINE_BYTES));
}
