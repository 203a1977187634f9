import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';

import { ChangeView } from '../application/changes.contract.js';
import type { Step } from '../application/changes.service.js';

/** Close code for a client that has stopped reading; it should resume from its last cursor. */
const RESUME = 4503;

/** Close code for a server that stops (RFC 6455 §7.4.1). */
const GOING_AWAY = 1001;

/**
 * Iterates over the changes of a sequence of steps, as a GraphQL subscription consumes them. The first item is `ready`.
 * Another `ready`, with a recent cursor, follows whenever the feed has grown, but none of the new changes was selected
 * and the client was sent nothing for the `heartbeat` interval. A client that does not request the next change for
 * `stallTimeout` is disconnected.
 */
export class SubscriptionIterator implements AsyncIterableIterator<ChangeView> {
  private readonly ended = new AbortController();
  private readonly changes: AsyncGenerator<ChangeView, void, undefined>;
  private stalled: NodeJS.Timeout | undefined;

  constructor(
    steps: (signal: AbortSignal) => AsyncIterable<Step>,
    private readonly config: HavenConfig['changes'],
    private readonly close: GraphqlContext['close'],
  ) {
    this.changes = this.read(steps(this.ended.signal));
  }

  async next(): Promise<IteratorResult<ChangeView, void>> {
    clearTimeout(this.stalled);
    const result = await this.changes.next();
    if (!result.done && !this.ended.signal.aborted)
      this.stalled = setTimeout(() => this.stall(), this.config.stallTimeout);
    return result;
  }

  /** Ends the iteration. Unlike the `return` of a generator, it also ends a read that is waiting for changes. */
  return(): Promise<IteratorResult<ChangeView, void>> {
    clearTimeout(this.stalled);
    this.ended.abort();
    return this.changes.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async *read(steps: AsyncIterable<Step>): AsyncGenerator<ChangeView, void, undefined> {
    let sentAt = 0;
    for await (const { changes, cursor } of steps) {
      yield* changes;
      const now = Date.now();
      const isDue = now - sentAt >= this.config.heartbeat;
      if (changes.length === 0 && isDue) yield ChangeView.ready(cursor);
      if (changes.length > 0 || isDue) sentAt = now;
    }
    if (!this.ended.signal.aborted) this.close?.(GOING_AWAY, 'Going away'); // `complete` would mean the end of the feed
  }

  private stall(): void {
    this.ended.abort();
    this.close?.(RESUME, 'resume');
  }
}
