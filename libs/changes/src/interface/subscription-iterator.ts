import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';

import { ChangeView } from '../application/changes.contract.js';
import type { Step } from '../application/changes.service.js';

/** Close codes: of a client that takes nothing, which is to go on from its last cursor, and of a server that stops (RFC 6455 §7.4.1). */
const RESUME = 4503;
const GOING_AWAY = 1001;

/**
 * The changes of some steps one by one, as a subscription takes them; `ready` first, and again when long after the last one
 * only other changes went by. Whoever does not ask for the next one for `stallTimeout` is cut off.
 */
export class SubscriptionIterator implements AsyncIterableIterator<ChangeView> {
  private readonly over = new AbortController();
  private readonly changes: AsyncGenerator<ChangeView, void, undefined>;
  private stalled: NodeJS.Timeout | undefined;

  constructor(
    steps: (signal: AbortSignal) => AsyncIterable<Step>,
    private readonly config: HavenConfig['changes'],
    private readonly close: GraphqlContext['close'],
  ) {
    this.changes = this.read(steps(this.over.signal));
  }

  async next(): Promise<IteratorResult<ChangeView, void>> {
    clearTimeout(this.stalled);
    const result = await this.changes.next();
    if (!result.done && !this.over.signal.aborted)
      this.stalled = setTimeout(() => this.stall(), this.config.stallTimeout);
    return result;
  }

  /** Ends a reading that waits for news, too, which a generator by itself would not. */
  return(): Promise<IteratorResult<ChangeView, void>> {
    clearTimeout(this.stalled);
    this.over.abort();
    return this.changes.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async *read(steps: AsyncIterable<Step>): AsyncGenerator<ChangeView, void, undefined> {
    let told = 0;
    for await (const { changes, cursor } of steps) {
      yield* changes;
      const now = Date.now();
      const isLate = now - told >= this.config.heartbeat;
      if (changes.length === 0 && isLate) yield ChangeView.ready(cursor);
      if (changes.length > 0 || isLate) told = now;
    }
    if (!this.over.signal.aborted) this.close?.(GOING_AWAY, 'Going away'); // to complete would say that there is no more
  }

  private stall(): void {
    this.over.abort();
    this.close?.(RESUME, 'resume');
  }
}
