import type { PoolClient } from 'pg';

import type { Caller } from '@haven/kernel';

import { sendAndRecord } from './log-position.js';
import type { RoundTripRecorder, Statement, TextRow } from './pipeline.js';

/** A connection of the pool, which must be released. */
export interface LeasedConnection {
  readonly client: PoolClient;
  release(): void;
}

/**
 * Gets a connection that counts as held by the tenant of `caller`. Calls `onGranted` when the connection no longer
 * depends on how many connections the tenant holds.
 */
export type Connect = (caller: Caller | undefined, onGranted: () => void) => Promise<LeasedConnection>;

/** A connection of the pool, with the number of pipelines sent on it so far and of those in progress. */
interface Slot {
  readonly tenantId: string | undefined;
  readonly connection: Promise<LeasedConnection>;
  isGranted: boolean;
  used: number;
  underway: number;
}

/**
 * Lets short pipelines share a connection: a pipeline that arrives while others are in progress is sent on their
 * connection. Pipelines that arrive together are then written and read together, with one request to the pool. Each
 * remains a transaction of its own. A pipeline that may be slow or wait for a lock must not be sent here, because the
 * pipelines behind it would wait too. A pipeline also does not join one of another tenant that waits for a connection
 * because that tenant holds too many.
 */
export class MultiplexedPool {
  private current: Slot | undefined;

  /**
   * After `maxPipelines` on one connection, the next pipeline gets another one. Otherwise a continuous stream of
   * pipelines would never return the connection to the pool.
   */
  constructor(
    private readonly connect: Connect,
    private readonly maxPipelines: number,
    private readonly metrics: RoundTripRecorder,
  ) {}

  async send(statements: readonly Statement[], caller?: Caller): Promise<TextRow[][]> {
    const slot = this.acquire(caller);
    try {
      const { client } = await slot.connection;
      flushTogether(client);
      return await sendAndRecord(client, statements, this.metrics, caller);
    } finally {
      await this.release(slot);
    }
  }

  private acquire(caller: Caller | undefined): Slot {
    const current = this.current;
    const canJoin = current && (current.isGranted || current.tenantId === caller?.tenantId);
    const slot = canJoin ? current : this.open(caller);
    slot.used++;
    slot.underway++;
    if (slot.used === this.maxPipelines && this.current === slot) this.current = undefined;
    return slot;
  }

  /** Gets a connection. Later pipelines join it, unless another one that they can join is being used. */
  private open(caller: Caller | undefined): Slot {
    let isGranted = false;
    let onGranted = (): void => void (isGranted = true);
    const connection = this.connect(caller, () => onGranted());
    const slot = { tenantId: caller?.tenantId, connection, isGranted, used: 0, underway: 0 };
    onGranted = () => void (slot.isGranted = true);
    if (isGranted || !this.current) this.current = slot;
    return slot;
  }

  private async release(slot: Slot): Promise<void> {
    if (--slot.underway > 0) return;
    if (this.current === slot) this.current = undefined;
    const connection = await slot.connection.catch(() => undefined);
    connection?.release();
  }
}

/** Buffers writes to the connection until all events of this tick are handled, so that they need one system call. */
function flushTogether(client: PoolClient): void {
  // `connection` is missing in the driver's types.
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection;
  stream.cork();
  setImmediate(() => stream.uncork());
}
