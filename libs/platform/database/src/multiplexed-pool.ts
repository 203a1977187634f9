import type { PoolClient } from 'pg';

import type { Caller } from '@haven/kernel';

import { sendAndRecord } from './log-position.js';
import type { RoundTripRecorder, Statement, TextRow } from './pipeline.js';
import { limitSilence, silenceOf, WatchedClient } from './watched-client.js';

/** Maximum time in milliseconds for which a shared connection may be silent before later pipelines use another one. */
const LEAVE_AFTER_MS = 1_000;

/**
 * Maximum number of silent connections that have been left. Otherwise pipelines that all wait for the same lock would
 * take one connection after the other.
 */
const MAX_LEFT = 2;

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
  /** The connection, once it is open. */
  open?: PoolClient;
  isLeft: boolean;
  used: number;
  underway: number;
}

/**
 * Lets short pipelines share a connection: a pipeline that arrives while others are in progress is sent on their
 * connection. Pipelines that arrive together are then written and read together, with one request to the pool. Each
 * remains a transaction of its own. A pipeline that may be slow or wait for a lock must not be sent here, because the
 * pipelines behind it would wait too. A pipeline also does not join one of another tenant that waits for a connection
 * because that tenant holds too many.
 *
 * If the server does not respond on a connection for a second, later pipelines use another one. If it does not respond
 * within `responseTimeout`, the connection is closed, and its pipelines fail.
 */
export class MultiplexedPool {
  private current: Slot | undefined;
  private left = 0;

  /**
   * After `maxPipelines` on one connection, the next pipeline gets another one. Otherwise a continuous stream of
   * pipelines would never return the connection to the pool.
   */
  constructor(
    private readonly connect: Connect,
    private readonly maxPipelines: number,
    private readonly metrics: RoundTripRecorder,
    private readonly responseTimeout: number,
  ) {}

  /** `flush` says whether the statements are written now, or together with others at the end of this turn. */
  async send(
    statements: readonly Statement[],
    caller?: Caller,
    flush: 'now' | 'together' = 'together',
  ): Promise<TextRow[][]> {
    const slot = this.acquire(caller);
    try {
      const { client } = await slot.connection;
      if (flush === 'together') flushTogether(client);
      return await sendAndRecord(client, statements, this.metrics, caller);
    } finally {
      await this.release(slot);
    }
  }

  private acquire(caller: Caller | undefined): Slot {
    this.leaveIfSilent();
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
    let slot: Slot | undefined;
    let isGranted = false;
    const onGranted = (): void => {
      isGranted = true;
      if (slot) slot.isGranted = true;
    };
    const connection = this.connect(caller, onGranted);
    slot = { tenantId: caller?.tenantId, connection, isGranted, isLeft: false, used: 0, underway: 0 };
    if (isGranted || !this.current) this.current = slot;
    void this.watch(slot);
    return slot;
  }

  /** Limits how long the connection of a slot may be silent, once it is open. */
  private async watch(slot: Slot): Promise<void> {
    const connection = await slot.connection.catch(() => undefined); // `send` reports the error
    if (!connection) return;
    limitSilence(connection.client, this.responseTimeout);
    slot.open = connection.client;
  }

  /** Lets later pipelines use another connection, but not one that has been idle since this one became silent. */
  private leaveIfSilent(): void {
    const { current, left } = this;
    if (!current?.open || left === MAX_LEFT) return;
    if (silenceOf(current.open) < Math.min(LEAVE_AFTER_MS, this.responseTimeout / 2)) return;
    current.isLeft = true;
    this.left++;
    this.current = undefined;
    if (current.open instanceof WatchedClient) current.open.closeIdleSiblings();
  }

  private async release(slot: Slot): Promise<void> {
    if (--slot.underway > 0) return;
    if (this.current === slot) this.current = undefined;
    if (slot.isLeft) this.left--;
    const connection = await slot.connection.catch(() => undefined);
    if (!connection) return;
    limitSilence(connection.client, undefined);
    connection.release();
  }
}

/** Buffers writes to the connection until all events of this turn are handled, so that they need one system call. */
function flushTogether(client: PoolClient): void {
  // `connection` is missing in the driver's types.
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection;
  stream.cork();
  setImmediate(() => stream.uncork());
}
