import type { FeedEntry, FeedTailReader } from '@haven/events';

/** Maximum time since a process last read the feed, in milliseconds. After that it serves no records from the cache. */
export const FEED_VALID_MS = 1_000;

/** Is notified of changes of the tenant's records. */
interface Listener {
  changed(tenant: FollowedTenant, entry: FeedEntry): void;
  /** Called if changes may have been missed, so that the tenant must be followed anew. */
  lost(tenant: FollowedTenant): void;
}

/**
 * A tenant whose feed this process reads, regularly while records are read through the cache, and when the feed grows.
 */
export class FollowedTenant {
  /** Identifies the database and its timeline; empty until the feed has been read. */
  lineage = '';
  private sequence: number | undefined;
  private readAt = -Infinity;
  private usedAt = -Infinity;
  private isDue = false;
  private reading: Promise<void> | undefined;

  /** `key` is unique in this process: a tenant that is followed anew gets another key. */
  constructor(
    readonly id: string,
    readonly key: string,
    private readonly feed: FeedTailReader,
    private readonly listener: Listener,
  ) {}

  /** Whether the feed has been read, so that all changes from now on will be noticed. */
  get isFollowed(): boolean {
    return this.sequence !== undefined;
  }

  /** Whether all changes that were in the feed a second ago have been read. */
  get isCurrent(): boolean {
    return performance.now() - this.readAt < FEED_VALID_MS;
  }

  /**
   * Keeps the tenant current: reads the feed in the background if the last read is older than half of `FEED_VALID_MS`.
   */
  use(): void {
    this.usedAt = performance.now();
    if (this.usedAt - this.readAt > FEED_VALID_MS / 2) void this.read();
  }

  /**
   * Called when the feed has grown. Reads it if the tenant was used within the last second; otherwise the next use
   * does.
   */
  grew(): void {
    if (performance.now() - this.usedAt < FEED_VALID_MS) void this.read();
  }

  /** Reads the feed. If it is being read already, reads it once more afterwards. */
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
