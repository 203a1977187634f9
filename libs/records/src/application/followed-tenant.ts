import type { FeedEntry, FeedTailReader } from '@haven/events';

/** Nothing is served from the cache by a process that read the feed longer ago than this. */
export const FEED_VALID_MS = 1_000;

/** What to do about changes of the tenant's records. */
interface Listener {
  changed(tenant: FollowedTenant, entry: FeedEntry): void;
  /** Changes may have been missed: the tenant is to be followed anew. */
  lost(tenant: FollowedTenant): void;
}

/** A tenant whose feed this process reads: while cached reads use the tenant, and whenever its feed grows. */
export class FollowedTenant {
  /** The database and its timeline, once the feed has been read. */
  lineage = '';
  private sequence: number | undefined;
  private readAt = -Infinity;
  private usedAt = -Infinity;
  private isDue = false;
  private reading: Promise<void> | undefined;

  /** `key` is unique in this process: a tenant that is followed anew has another. */
  constructor(
    readonly id: string,
    readonly key: string,
    private readonly feed: FeedTailReader,
    private readonly listener: Listener,
  ) {}

  /** Whether changes from now on will be noticed. */
  get isFollowed(): boolean {
    return this.sequence !== undefined;
  }

  /** Whether all changes are known that were in the feed a second ago. */
  get isCurrent(): boolean {
    return performance.now() - this.readAt < FEED_VALID_MS;
  }

  /** Keeps the tenant current: reads the feed in the background, if that was half as long ago as it may be. */
  use(): void {
    this.usedAt = performance.now();
    if (this.usedAt - this.readAt > FEED_VALID_MS / 2) void this.read();
  }

  /** Reads the feed if the tenant was used within the last second; otherwise the next use does. */
  grew(): void {
    if (performance.now() - this.usedAt < FEED_VALID_MS) void this.read();
  }

  /** Reads the feed, and once more if it was being read already. */
  read(): Promise<void> {
    this.isDue = true;
    return (this.reading ??= this.catchUp().finally(() => (this.reading = undefined)));
  }

  private async catchUp(): Promise<void> {
    while (this.isDue) {
      this.isDue = false;
      const begun = performance.now();
      const tail = await this.feed.read(this.id, this.sequence).catch(() => undefined);
      if (!tail) return; // the tenant does not stay current without it
      const { lineage, head, entries } = tail;
      const goesOn = this.sequence === undefined || (lineage === this.lineage && head >= this.sequence);
      if (!goesOn || !entries) {
        this.readAt = -Infinity;
        return this.listener.lost(this);
      }
      for (const entry of entries) this.listener.changed(this, entry);
      Object.assign(this, { lineage, sequence: head, readAt: begun });
    }
  }
}
