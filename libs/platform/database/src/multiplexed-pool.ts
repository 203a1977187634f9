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

/** A connection of the pool, with the number of pipelines sent on it so far and of those in progress. */
interface Slot {
  readonly client: Promise<PoolClient>;
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
 * pipelines behind it would wait too.
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
    private readonly connect: () => Promise<PoolClient>,
    private readonly maxPipelines: number,
    private readonly metrics: RoundTripRecorder,
    private readonly responseTimeout: number,
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
    this.leaveIfSilent();
    const slot = (this.current ??= this.open());
    slot.used++;
    slot.underway++;
    if (slot.used === this.maxPipelines) this.current = undefined;
    return slot;
  }

  private open(): Slot {
    const client = this.connect();
    const slot: Slot = { client, used: 0, underway: 0, isLeft: false };
    const share = (open: PoolClient): void => {
      limitSilence(open, this.responseTimeout);
      slot.open = open;
    };
    client.then(share, () => undefined); // `send` reports the error
    return slot;
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
    const client = await slot.client.catch(() => undefined);
    if (!client) return;
    limitSilence(client, undefined);
    client.release();
  }
}

/** Buffers writes to the connection until all events of this tick are handled, so that they need one system call. */
function flushTogether(client: PoolClient): void {
  // `connection` is missing in the driver's types.
  const { stream } = (client as unknown as { connection: { stream: { cork(): void; uncork(): void } } }).connection;
  stream.cork();
  setImmediate(() => stream.uncork());
}
