import { RolledBack } from '@haven/database';

/** Limits of the groups. */
interface GroupLimits {
  readonly items: number;
  readonly bytes: number;
  /** Maximum time in milliseconds for which a group waits for those before it. */
  readonly wait: number;
  /** Time in milliseconds for which calls are sent one by one after a group has failed. */
  readonly pause: number;
}

/** Sends calls. */
interface CallSender<Item, Result> {
  alone(item: Item): Promise<Result>;
  /**
   * Sends two or more items and returns the result of each. Throws `RolledBack` if nothing was done, so that each can
   * be sent by itself.
   */
  together(items: readonly [Item, ...Item[]]): Promise<readonly Result[]>;
}

interface Group<Item, Result> {
  readonly items: Item[];
  readonly names: Set<string>;
  readonly settled: PromiseWithResolvers<readonly Result[]>;
  bytes: number;
  timer?: NodeJS.Timeout;
}

/** The calls that can be combined with each other. */
interface Lane<Item, Result> {
  waiting?: Group<Item, Result> | undefined;
  underway: number;
}

/**
 * Combines calls that arrive together, so that many of them cost one round trip. A call is sent at the end of the turn
 * of the event loop in which it arrives, together with the others of that turn. While a group is under way, further
 * calls form the next group, which is sent when the first one returns: the more calls there are, the larger the groups.
 * If a group was rolled back, each of its calls is sent by itself.
 */
export class CallGroups<Item, Result> {
  private readonly lanes = new Map<string, Lane<Item, Result>>();
  private readonly paused = new Map<string, number>();

  constructor(
    private readonly limits: GroupLimits,
    private readonly sender: CallSender<Item, Result>,
  ) {}

  /**
   * Sends an item, with others of the same lane if possible. No group contains two items with a name in common. Without
   * a lane, the item is sent by itself.
   */
  call(lane: string | undefined, names: readonly string[], item: Item, bytes: number): Promise<Result> {
    if (lane === undefined || this.isPaused(lane)) return this.sender.alone(item);
    const waiting = this.lanes.get(lane)?.waiting;
    if (names.some((name) => waiting?.names.has(name))) return this.sender.alone(item);
    const group = this.groupFor(lane, bytes);
    const place = group.items.push(item) - 1;
    for (const name of names) group.names.add(name);
    group.bytes += bytes;
    return group.settled.promise.then(
      (results) => results[place] as Result, // there is one for each item
      (error: unknown) => this.sendAgain(lane, item, error),
    );
  }

  private sendAgain(lane: string, item: Item, error: unknown): Promise<Result> {
    if (!(error instanceof RolledBack)) throw error;
    if (this.paused.size >= MAX_PAUSED) this.paused.clear();
    this.paused.set(lane, performance.now() + this.limits.pause);
    return this.sender.alone(item);
  }

  private isPaused(lane: string): boolean {
    const until = this.paused.get(lane);
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.paused.delete(lane);
    return false;
  }

  private groupFor(name: string, bytes: number): Group<Item, Result> {
    const lane = this.lanes.get(name) ?? { underway: 0 };
    this.lanes.set(name, lane);
    if (lane.waiting && this.wouldOverflow(lane.waiting, bytes)) this.flush(name, lane, lane.waiting);
    if (lane.waiting) return lane.waiting;
    const group: Group<Item, Result> = { items: [], names: new Set(), settled: Promise.withResolvers(), bytes: 0 };
    lane.waiting = group;
    const flush = (): void => this.flush(name, lane, group);
    if (lane.underway === 0) setImmediate(flush);
    else group.timer = setTimeout(flush, this.limits.wait);
    return group;
  }

  private wouldOverflow(group: Group<Item, Result>, bytes: number): boolean {
    return group.items.length >= this.limits.items || group.bytes + bytes > this.limits.bytes;
  }

  /** Sends a group, unless it has been sent already. */
  private flush(name: string, lane: Lane<Item, Result>, group: Group<Item, Result>): void {
    if (lane.waiting !== group) return;
    lane.waiting = undefined;
    lane.underway++;
    clearTimeout(group.timer);
    const ended = (): void => {
      lane.underway--;
      if (lane.waiting) this.flush(name, lane, lane.waiting);
      else if (lane.underway === 0) this.lanes.delete(name);
    };
    this.send(group.items).finally(ended).then(group.settled.resolve, group.settled.reject);
  }

  private async send(items: readonly Item[]): Promise<readonly Result[]> {
    const [first, ...others] = items;
    if (first === undefined) return [];
    return others.length > 0 ? this.sender.together([first, ...others]) : [await this.sender.alone(first)];
  }
}

/** Maximum number of lanes that are known to be paused. */
const MAX_PAUSED = 1_000;
