import type { PoolClient } from 'pg';

import type { Caller } from '@haven/kernel';

import { sendAndRecord } from './log-position.js';
import type { RoundTripRecorder, Statement, TextRow } from './pipeline.js';

/** A connection of the pool, with the number of pipelines sent on it so far and of those in progress. */
interface Slot {
  readonly client: Promise<PoolClient>;
  used: number;
  underway: number;
}

/**
 * Lets short pipelines share a connection: a pipeline that arrives while others are in progress is sent on their
 * connection. Pipelines that arrive together are then written and read together, with one request to the pool. Each
 * remains a transaction of its own. A pipeline that may be slow or wait for a lock must not be sent here, because the
 * pipelines behind it would wait too.
 */
export class MultiplexedPool {
  private current: Slot | undefined;

  /**
   * After `maxPipelines` on one connection, the next pipeline gets another one. Otherwise a continuous stream of
   * pipelines would never return the connection to the pool.
   */
  constructor(
    private readonly connect: () => Promise<PoolClient>,
    private readonly maxPipelines: number,
    private readonly metrics: RoundTripRecorder,
  ) {}

  async send(statements: readonly Statement[], caller?: Caller): Promise<TextRow[][]> {
    const slot = this.acquire();
    try {
      const client = await slot.client;
      flushTogether(client);
      return await sendAndRecord(client, statements, this.metrics, caller);
    } finally {
      await this.release(slot);
    }
  }

  private acquire(): Slot {
    const slot = (this.current ??= { client: this.connect(), used: 0, underway: 0 });
    slot.used++;
    slot.underway++;
    if (slot.used === this.maxPipelines) this.current = undefined;
    return slot;
  }

  private async release(slot: Slot): Promise<void> {
    if (--slot.underway > 0) return;
    if (this.current === slot) this.current = undefined;
    const client = await slot.client.catch(() => undefined);
    client?.release();
  }
}

/** Buffers writes to the connection until all events of this tick are handled, so that they need one system call. */
function flushTogether(client: PoolClient): void {
  // `connection` is missing in the driver's types.
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection;
  stream.cork();
  setImmediate(() => stream.uncork());
}
