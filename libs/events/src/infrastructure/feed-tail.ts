import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import { Access, HavenError, pause } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

/** Maximum number of entries that are read. */
const MAX_ENTRIES = 5_000;

/** Delay between checks whether an event has entered the feed, which takes milliseconds while a leader is running. */
const CHECK_INTERVAL_MS = 20;
const TIMEOUT_MS = 30_000;

/** Identifies a change to a record in the feed. */
export interface FeedEntry {
  readonly collectionId: number;
  readonly recordId: string;
  readonly version: number;
}

/** The entries of a tenant's feed after a position. */
interface FeedTail {
  /** Identifies the database and its timeline; it changes after a failover or a restore. */
  readonly lineage: string;
  /** The last position in the feed. */
  readonly head: number;
  /** Undefined if there are more than `MAX_ENTRIES`. */
  readonly entries: readonly FeedEntry[] | undefined;
}

/** Reads the end of a tenant's feed, for caches that drop changed records. */
@Injectable()
export class FeedTailReader {
  constructor(private readonly uow: UnitOfWork) {}

  /** Returns the entries after position `sequence`; only the end of the feed if `sequence` is undefined. */
  async read(tenantId: string, sequence: number | undefined): Promise<FeedTail> {
    const rows = await this.uow.read(feedCaller(tenantId), {
      name: 'feed.tail',
      text: TAIL,
      values: [sequence ?? null],
    });
    const [head, lineage] = rows[0] ?? [];
    const entries = rows.flatMap(([, , collectionId = null, recordId = null, version = null]): FeedEntry[] =>
      recordId === null ? [] : [{ collectionId: Number(collectionId), recordId, version: Number(version) }],
    );
    return { lineage: lineage ?? '', head: Number(head), entries: entries.length > MAX_ENTRIES ? undefined : entries };
  }

  /**
   * Waits until the event of a given entry is in the feed. Throws `UNAVAILABLE` after 30 seconds; only a fault can
   * delay an event for that long.
   */
  async awaitEntry(tenantId: string, { collectionId, recordId, version }: FeedEntry): Promise<void> {
    const statement = { name: 'feed.entry', text: ENTRY, values: [collectionId, recordId, version] };
    const deadline = AbortSignal.timeout(TIMEOUT_MS);
    while ((await this.uow.read(feedCaller(tenantId), statement)).length === 0) {
      if (deadline.aborted) throw new HavenError('UNAVAILABLE', 'The change is stored, but is not in the feed yet.');
      await pause(CHECK_INTERVAL_MS, deadline);
    }
  }
}

const TAIL = `
SELECT coalesce(h.seq, 0), database.lineage, f.collection_id, f.record_id, f.version
FROM (
  SELECT concat_ws('-', system_identifier, d.oid, 'haven.feed'::regclass::oid, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))
    AS lineage
  FROM pg_control_system(), pg_database AS d WHERE d.datname = current_database()
) AS database
LEFT JOIN haven.feed_heads AS h ON h.tenant_id = haven.current_tenant()
LEFT JOIN LATERAL (
  SELECT seq, collection_id, record_id, version FROM haven.feed
  WHERE tenant_id = haven.current_tenant() AND seq > $1::bigint ORDER BY seq LIMIT ${MAX_ENTRIES + 1}
) AS f ON true
ORDER BY f.seq`;

const ENTRY = `
SELECT 1 FROM haven.feed
WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id = $2 AND version = $3`;

function feedCaller(tenantId: string): Caller {
  return { tenantId, actor: 'haven', traceId: '', access: Access.full };
}
