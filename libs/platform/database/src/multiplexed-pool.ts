import type { PoolClient } from 'pg';

import type { Caller } from '@haven/kernel';

import { sendAndRecord } from './log-position.js';
import type { RoundTripRecorder, Statement, TextRow } from './pipeline.js';

/** A connection out of the pool, and the pipelines that are under way on it. */
interface Slot {
  readonly client: Promise<PoolClient>;
  used: number;
  underway: number;
}

/**
 * Pipelines that are known to be short share a connection: one that comes while others are under way rides along, so that
 * what arrives together is written and answered together, and the pool is asked once. Each stays a transaction of its own.
 * What may be slow or wait for a lock does not belong here, for those behind it wait too.
 */
export class MultiplexedPool {
  private current: Slot | undefined;

  /** After `seats` pipelines the next one looks for another connection, so that nobody holds one for ever. */
  constructor(
    private readonly connect: () => Promise<PoolClient>,
    private readonly seats: number,
    private readonly metrics: RoundTripRecorder,
  ) {}

  async send(statements: readonly Statement[], caller?: Caller): Promise<TextRow[][]> {
    const ride = this.acquire();
    try {
      const client = await ride.client;
      flushTogether(client);
      return await sendAndRecord(client, statements, this.metrics, caller);
    } finally {
      await this.release(ride);
    }
  }

  private acquire(): Slot {
    const ride = (this.current ??= { client: this.connect(), used: 0, underway: 0 });
    ride.used++;
    ride.underway++;
    if (ride.used === this.seats) this.current = undefined;
    return ride;
  }

  private async release(slot: Slot): Promise<void> {
    if (--slot.underway > 0) return;
    if (this.current === slot) this.current = undefined;
    const client = await slot.client.catch(() => undefined);
    client?.release();
  }
}

/** Holds what is written to the connection back until all that has arrived by now is handled: one system call for all of it. */
function flushTogether(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection; // the driver's own, not in its types
  stream.cork();
  setImmediate(() => stream.uncork());
}
