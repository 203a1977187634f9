/** Something to deliver. */
export interface QueueItem {
  /** Its place in the feed. */
  readonly seq: number;
  /** Items of one key are delivered one after the other. */
  readonly key: string;
  /** It is in the log already, and has failed so often since it was last asked for; a new one has not. */
  readonly failures: number | null;
}

/**
 * Who is next: items of the feed in their order, those of one key one at a time, and none behind one that has failed. It knows
 * how far the feed is done with. Pure bookkeeping: what is settled here is written by others.
 */
export class DeliveryQueue<T extends QueueItem> {
  private readonly ready: T[] = [];
  /** Of keys with an item that is ready or under way, those that wait behind it. */
  private readonly waiting = new Map<string, T[]>();
  /** Keys with undelivered items in the log. */
  private readonly blocked: Set<string>;
  /** What was taken from the feed and is not settled. */
  private readonly unsettled = new Set<number>();
  /** What was taken from the feed, in its order, from the first that is not settled. */
  private readonly taken: number[] = [];

  /** Begins behind `readTo`; what is `logged` behind it is not taken again. */
  constructor(
    private readTo: number,
    private readonly logged: Set<number>,
    blocked: Iterable<string>,
  ) {
    this.blocked = new Set(blocked);
  }

  /** Takes the next of the feed; `held` if it is to be held in the log, since one before it has failed, `known` if it stands there. */
  enqueue(item: T): 'taken' | 'held' | 'known' {
    if (this.logged.delete(item.seq)) return 'known';
    this.unsettled.add(item.seq);
    this.taken.push(item.seq);
    if (this.blocked.has(item.key)) return 'held';
    this.push(item);
    return 'taken';
  }

  /** The feed was read up to here. */
  advanceTo(position: number): void {
    this.readTo = position;
  }

  /** Takes one out of the log whose time has come; false if one of its key is on the way. */
  requeue(item: T): boolean {
    if (this.waiting.has(item.key)) return false;
    this.push(item);
    return true;
  }

  /** The next that may be sent. */
  next(): T | undefined {
    return this.ready.shift();
  }

  /** It arrived: the one behind it is next. */
  delivered(item: T): void {
    this.settle([item]);
    const behind = this.waiting.get(item.key) ?? [];
    const next = behind.shift();
    if (next) this.ready.push(next);
    else this.waiting.delete(item.key);
  }

  /** It did not arrive: those behind it are to be held in the log, as is what follows. */
  failed(item: T): T[] {
    this.blocked.add(item.key);
    const behind = this.waiting.get(item.key) ?? [];
    this.waiting.delete(item.key);
    this.settle([item]);
    return behind;
  }

  /** These are over with, or stand in the log. */
  settle(items: readonly T[]): void {
    for (const { seq } of items) this.unsettled.delete(seq);
  }

  /** Nothing of the key is left in the log but these, which were not written yet: they are next. */
  unblock(key: string, held: readonly T[]): void {
    this.blocked.delete(key);
    for (const item of held) this.push(item);
  }

  /** Where to read on. */
  get end(): number {
    return this.readTo;
  }

  /** Everything at or before it is settled. */
  get position(): number {
    let settled = 0;
    while (settled < this.taken.length && !this.unsettled.has(this.taken[settled] ?? 0)) settled++;
    this.taken.splice(0, settled);
    return this.taken[0] === undefined ? this.readTo : this.taken[0] - 1;
  }

  /** How many items are here. */
  get size(): number {
    return this.unsettled.size;
  }

  /** How much lies between the position and the end, settled or not. */
  get span(): number {
    return this.taken.length;
  }

  /** How many keys have failed. */
  get failing(): number {
    return this.blocked.size;
  }

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
