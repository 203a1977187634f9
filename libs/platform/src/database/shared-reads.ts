import type { Pool, PoolClient } from 'pg';

import { sendPipeline } from './pipeline.js';
import type { Statement, TextRow } from './pipeline.js';

/** How many reads a connection takes before the next ones look for another, so that nobody holds it for ever. */
const READS_A_RIDE = 100;

/** A connection out of the pool, and the reads that are under way on it. */
interface Ride {
  readonly client: Promise<PoolClient>;
  boarded: number;
  underway: number;
}

/**
 * Reads that are known to be short share a connection: one that comes while others are under way rides along, so that what
 * arrives together is written and answered together, and the pool is asked once. Each stays a transaction of its own.
 * A statement that may be slow does not belong here, for those behind it wait.
 */
export class SharedReads {
  private boarding: Ride | undefined;

  constructor(private readonly pool: () => Pool) {}

  async send(statements: readonly Statement[]): Promise<TextRow[][]> {
    const ride = this.board();
    try {
      const client = await ride.client;
      flushTogether(client);
      return await sendPipeline(client, statements);
    } finally {
      await this.leave(ride);
    }
  }

  private board(): Ride {
    const ride = (this.boarding ??= { client: this.pool().connect(), boarded: 0, underway: 0 });
    ride.boarded++;
    ride.underway++;
    if (ride.boarded === READS_A_RIDE) this.boarding = undefined;
    return ride;
  }

  private async leave(ride: Ride): Promise<void> {
    if (--ride.underway > 0) return;
    if (this.boarding === ride) this.boarding = undefined;
    const client = await ride.client.catch(() => undefined);
    client?.release();
  }
}

/** Holds what is written to the connection back until all that has arrived by now is handled: one system call for all of it. */
function flushTogether(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection; // the driver's own, not in its types
  stream.cork();
  setImmediate(() => stream.uncork());
}
