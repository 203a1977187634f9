import type { FeedEntry, FeedTailReader } from '@haven/events';

/** How long a process serves records from its cache after it last read the change feed, in milliseconds. */
export const FEED_VALID_MS = 1_000;

/** Callbacks for changes to the tenant's records. */
interface Listener {
  changed(tenant: FollowedTenant, entry: FeedEntry): void;
  /**
   * Called if changes may have been missed. The listener must then discard this object and the records cached for it.
   */
  lost(tenant: FollowedTenant): void;
}

/**
 * A tenant whose change feed this process reads in order to drop outdated records from its cache. The feed is read
 * regularly while requests read records through the cache. It is also read when PostgreSQL notifies the process that
 * the feed has grown.
 */
export class FollowedTenant {
  /** Identifies the database and its PostgreSQL timeline; empty until the feed has been read. */
  lineage = '';
  private sequence: number | undefined;
  private readAt = -Infinity;
  private usedAt = -Infinity;
  private isDue = false;
  private reading: Promise<void> | undefined;

  /**
   * `key` is part of the cache keys of the tenant's records. No other object in this process has the same `key`, so a
   * new object for the same tenant does not find records that were cached for the previous one.
   */
  constructor(
    readonly id: string,
    readonly key: string,
    private readonly feed: FeedTailReader,
    private readonly listener: Listener,
  ) {}

  /** Whether the feed has been read at least once. From then on, every later change will be noticed. */
  get isFollowed(): boolean {
    return this.sequence !== undefined;
  }

  /** Whether the feed was last read less than `FEED_VALID_MS` ago. */
  get isCurrent(): boolean {
    return performance.now() - this.readAt < FEED_VALID_MS;
  }

  /**
   * Called for each read through the cache. Reads the feed in the background if the last read of the feed is older than
   * half of `FEED_VALID_MS`, so that the tenant stays current.
   */
  use(): void {
    this.usedAt = performance.now();
    if (this.usedAt - this.readAt > FEED_VALID_MS / 2) void this.read();
  }

  /**
   * Called when the feed has grown. Reads it if `use` was called within the last `FEED_VALID_MS`; otherwise the next
   * call of `use` reads it.
   */
  grew(): void {
    if (performance.now() - this.usedAt < FEED_VALID_MS) void this.read();
  }

  /** Reads the feed. If a read is already running, reads the feed once more afterwards. */
  read(): Promise<void> {
    this.isDue = true;
    return (this.reading ??= this.catchUp().finally(() => (this.reading = undefined)));
  }

  private async catchUp(): Promise<void> {
    while (this.isDue) {
      this.isDue = false;
      const begun = performance.now();
      const tail = await this.feed.read(this.id, this.sequence).catch(() => undefined);
      if (!tail) return; // the feed could not be read, so the tenant stops being current
      const { lineage, head, entries } = tail;
      const isContinuous = this.sequence === undefined || (lineage === this.lineage && head >= this.sequence);
      if (!isContinuous || !entries) {
        this.readAt = -Infinity;
        return this.listener.lost(this);
      }
      for (const entry of entries) this.listener.changed(this, entry);
      Object.assign(this, { lineage, sequence: head, readAt: begun });
    }
  }
}
