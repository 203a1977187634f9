/** A message to deliver. */
export interface QueueItem {
  /** Position in the feed. */
  readonly seq: number;
  /** Messages with the same key are delivered one at a time, in the order of their positions. */
  readonly key: string;
  /** Number of failed attempts since the delivery was last requested; null if the message is not in the log yet. */
  readonly failures: number | null;
}

/**
 * Decides which message of an endpoint is sent next. Messages with different keys are independent. Messages with the
 * same key are sent one at a time, in the order of the feed: none is sent before an earlier one was delivered or given
 * up.
 *
 * A message enters the queue from the feed (`enqueue`), or from the delivery log when its retry is due (`requeue`). It
 * is in one of these states:
 *
 * - READY: it may be sent now. `next()` returns it, which makes it IN FLIGHT.
 * - WAITING: another message with its key is READY or IN FLIGHT. It becomes READY when that one is delivered or dead.
 * - IN FLIGHT: it is being sent. `delivered()` or `failed()` ends this state.
 * - HELD: an earlier message with its key has failed and is to be retried, so its key is blocked. `enqueue()` and
 *   `failed()` hand HELD messages to the caller, which writes them to the log. The caller calls `unblock()` once the
 *   log has no undelivered messages with this key any more.
 * - SETTLED: it was delivered or abandoned, or the log has it. The queue no longer stores it.
 *
 * Every message at or before `position` is SETTLED, so reading the feed can resume there after a crash. The queue
 * itself does no I/O: the caller writes the results to the log.
 */
export class DeliveryQueue<T extends QueueItem> {
  private readonly ready: T[] = [];
  /** WAITING messages by key. Every key with a READY or IN FLIGHT message has an entry. */
  private readonly waiting = new Map<string, T[]>();
  /** Keys with undelivered messages in the log. */
  private readonly blocked: Set<string>;
  /** Positions of messages from the feed that are not SETTLED. */
  private readonly unsettled = new Set<number>();
  /** Positions of messages from the feed in ascending order, from the first one that is not SETTLED. */
  private readonly enqueued: number[] = [];

  /**
   * `readTo` is the position up to which the feed was read. `logged` contains positions after `readTo` whose messages
   * are already in the log.
   */
  constructor(
    private readTo: number,
    private readonly logged: Set<number>,
    blocked: Iterable<string>,
  ) {
    this.blocked = new Set(blocked);
  }

  /**
   * Adds the next message of the feed. The caller must write a `held` one to the log; a `logged` one is there already.
   */
  enqueue(item: T): 'queued' | 'held' | 'logged' {
    if (this.logged.delete(item.seq)) return 'logged';
    this.unsettled.add(item.seq);
    this.enqueued.push(item.seq);
    if (this.blocked.has(item.key)) return 'held';
    this.push(item);
    return 'queued';
  }

  /** Records that the feed was read up to `position`. */
  advanceTo(position: number): void {
    this.readTo = position;
  }

  /**
   * Adds a message from the log whose retry is due. Returns false if another one with its key is READY or IN FLIGHT.
   */
  requeue(item: T): boolean {
    if (this.waiting.has(item.key)) return false;
    this.push(item);
    return true;
  }

  /** Returns the next READY message and makes it IN FLIGHT. */
  next(): T | undefined {
    return this.ready.shift();
  }

  /** Settles a message that was delivered or abandoned. The next one with its key becomes READY. */
  delivered(item: T): void {
    this.settle([item]);
    const behind = this.waiting.get(item.key) ?? [];
    const next = behind.shift();
    if (next) this.ready.push(next);
    else this.waiting.delete(item.key);
  }

  /**
   * Settles a message that will be retried, and blocks its key. Returns the messages that were WAITING behind it: they
   * are HELD now, and the caller must write them to the log.
   */
  failed(item: T): T[] {
    this.blocked.add(item.key);
    const behind = this.waiting.get(item.key) ?? [];
    this.waiting.delete(item.key);
    this.settle([item]);
    return behind;
  }

  /** Marks messages as SETTLED, because the log has them. */
  settle(items: readonly T[]): void {
    for (const { seq } of items) this.unsettled.delete(seq);
  }

  /**
   * Unblocks a key that has no undelivered messages in the log. Queues `held`, the HELD messages with this key that
   * were not written to the log yet.
   */
  unblock(key: string, held: readonly T[]): void {
    this.blocked.delete(key);
    for (const item of held) this.push(item);
  }

  /** Position up to which the feed was read. */
  get end(): number {
    return this.readTo;
  }

  /** Every message at or before this position is SETTLED. */
  get position(): number {
    let settled = 0;
    while (settled < this.enqueued.length && !this.unsettled.has(this.enqueued[settled] ?? 0)) settled++;
    this.enqueued.splice(0, settled);
    return this.enqueued[0] === undefined ? this.readTo : this.enqueued[0] - 1;
  }

  /** Number of messages from the feed that are not SETTLED. */
  get size(): number {
    return this.unsettled.size;
  }

  /** Number of messages between `position` and `end`, including SETTLED ones. */
  get span(): number {
    return this.enqueued.length;
  }

  /** Number of blocked keys. */
  get failing(): number {
    return this.blocked.size;
  }

  /** Whether no message is READY, WAITING or IN FLIGHT. */
  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  get hasReady(): boolean {
    return this.ready.length > 0;
  }

  private push(item: T): void {
    const behind = this.waiting.get(item.key);
    if (behind) {
      behind.push(item);
      return;
    }
    this.waiting.set(item.key, []);
    this.ready.push(item);
  }
}
