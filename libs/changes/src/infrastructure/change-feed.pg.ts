import { Injectable } from '@nestjs/common';

import { toRfc3339, UnitOfWork } from '@haven/database';
import type { TextRow } from '@haven/database';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { toStoredRecord } from '@haven/records';
import type { LiveRecord } from '@haven/records';

import { ChangeFeed } from '../application/change-feed.js';
import type { FeedBounds, FeedChange, FeedOrder, FeedQuery, FeedSlice } from '../application/change-feed.js';

/**
 * Total size of documents, in bytes, after which a read ends. The entry with which the total exceeds this size is still
 * returned.
 */
const MAX_READ_BYTES = 1_048_576;

/** The feed in PostgreSQL. */
@Injectable()
export class PgChangeFeed extends ChangeFeed {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async bounds(caller: Caller, collection: string | undefined): Promise<FeedBounds> {
    const [row = []] = await this.uow.read(caller, {
      name: 'feed.bounds',
      text: BOUNDS,
      values: [collection ?? null],
    });
    const [collections = 0, first = 0, last = 0] = row.map(Number);
    return { collections, first, last };
  }

  async read(caller: Caller, { after, order, limit, collections, before, skipPruned }: FeedQuery): Promise<FeedSlice> {
    const values = [after, limit + 1, before]; // one more, to detect whether more entries follow
    const [rows = []] = await this.uow.query(
      caller,
      collections === undefined
        ? { name: `feed.all.${order}`, text: ALL[order], values }
        : { name: `feed.collections.${order}`, text: OF_COLLECTIONS[order], values: [...values, collections] },
    );
    const [end = 0, found = 0] = (rows[0] ?? []).slice(0, 2).map(Number);
    const fitting = rows.filter(([, , seq]) => seq !== null).slice(0, limit);
    const kept = fitting.filter((row) => row[6] !== null); // a pruned event has no type
    if (kept.length < fitting.length && !skipPruned) throw expired();
    const lines = kept.map(toFeedChange);
    const more = fitting.length < found;
    const last = Number(fitting.at(-1)?.[2] ?? after);
    if (more) return { lines, more, position: last };
    return { lines, more, position: order === 'desc' ? 0 : Math.max(end, last) };
  }

  async at(caller: Caller, positions: readonly number[], before: boolean): Promise<FeedChange[]> {
    const lines: FeedChange[] = [];
    for (let next = 0; next < positions.length;) {
      const values = [positions.slice(next), positions.length, before];
      const [rows = []] = await this.uow.query(caller, { name: 'feed.at', text: AT, values });
      const found = rows.filter(([, , seq]) => seq !== null);
      lines.push(...found.filter((row) => row[6] !== null).map(toFeedChange));
      if (found.length === Number(rows[0]?.[1] ?? 0)) return lines;
      next = positions.indexOf(Number(found.at(-1)?.[2])) + 1; // large documents take several reads
    }
    return lines;
  }
}

const BOUNDS = `
SELECT count(*), coalesce(max(pruned_through), 0),
  coalesce((SELECT seq FROM haven.feed_heads WHERE tenant_id = haven.current_tenant()), 0)
FROM haven.collections
WHERE tenant_id = haven.current_tenant() AND ($1::text IS NULL OR name = $1)`;

const following = (order: FeedOrder): string =>
  order === 'desc' ? 'seq < $1 ORDER BY seq DESC' : 'seq > $1 ORDER BY seq';

const keys = (order: FeedOrder): string => `
SELECT seq, collection_id, record_id, version FROM haven.feed
WHERE tenant_id = haven.current_tenant() AND ${following(order)} LIMIT $2`;

/**
 * Reads the keys of the entries at the positions `$1`. The caller must pass the positions in ascending order, because
 * the result has this order too.
 */
const KEYS_AT = `
SELECT seq, collection_id, record_id, version FROM haven.feed
WHERE tenant_id = haven.current_tenant() AND seq = ANY($1::bigint[]) ORDER BY seq LIMIT $2`;

/** Reads the next entries of each collection through an index, and returns the first of all these entries. */
const keysOfCollections = (order: FeedOrder): string => `
SELECT f.* FROM haven.collections AS c CROSS JOIN LATERAL (
  SELECT seq, collection_id, record_id, version FROM haven.feed
  WHERE tenant_id = haven.current_tenant() AND collection_id = c.id AND ${following(order)} LIMIT $2
) AS f
WHERE c.tenant_id = haven.current_tenant() AND c.name = ANY($4::text[]) ORDER BY f.seq ${order} LIMIT $2`;

/**
 * Returns the end of the feed, the number of entries that were found, and as many of these entries as `MAX_READ_BYTES`
 * allows. The previous version of a record is only read if it was requested, or if the change itself does not show
 * whether the record had a document before. The statement looks for the greatest lower version, because row security
 * prevents an index lookup of `version - 1` (ADR 8).
 */
const readStatement = (keysSql: string, order: FeedOrder): string => `
SELECT coalesce(h.seq, 0), line.found, line.seq, c.name, line.record_id, line.version, line.type, line.actor, line.trace_id,
  line.at, line.created_at, line.data, line.before_at, line.before_created_at, line.before_data,
  line.cause
FROM (SELECT haven.current_tenant() AS id) AS tenant
LEFT JOIN haven.feed_heads AS h ON h.tenant_id = tenant.id
LEFT JOIN LATERAL (
  SELECT f.*, e.type, e.actor, e.trace_id, e.at, e.created_at, e.data, e.cause,
    p.at AS before_at, p.created_at AS before_created_at, p.data AS before_data,
    count(*) OVER () AS found,
    sum(coalesce(octet_length(e.data::text), 0) + coalesce(octet_length(p.data::text), 0))
      OVER (ORDER BY f.seq ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS size
  FROM (${keysSql}) AS f
  LEFT JOIN haven.events AS e ON e.tenant_id = haven.current_tenant()
    AND e.collection_id = f.collection_id AND e.record_id = f.record_id AND e.version = f.version
  LEFT JOIN LATERAL (
    SELECT at, created_at, data FROM haven.events
    WHERE tenant_id = haven.current_tenant() AND collection_id = f.collection_id AND record_id = f.record_id
      AND version < f.version AND ($3 OR e.type = 'record.restored')
    ORDER BY version DESC LIMIT 1
  ) AS p ON true
) AS line ON coalesce(line.size, 0) < ${MAX_READ_BYTES}
LEFT JOIN haven.collections AS c ON c.tenant_id = tenant.id AND c.id = line.collection_id
ORDER BY line.seq ${order}`;

const ALL = { asc: readStatement(keys('asc'), 'asc'), desc: readStatement(keys('desc'), 'desc') };
const AT = readStatement(KEYS_AT, 'asc');
const OF_COLLECTIONS = {
  asc: readStatement(keysOfCollections('asc'), 'asc'),
  desc: readStatement(keysOfCollections('desc'), 'desc'),
};

/** The columns of an entry that are never null, in the order of `readStatement`. */
type TextColumns = [string, string, string, string, string, string, string, string, string];

function toFeedChange(row: TextRow): FeedChange {
  const [, , ...columns] = row;
  const data = columns[9] ?? null;
  const [seq, collection, recordId, versionText, type, actor, traceId, at, createdAt] =
    columns as unknown as TextColumns; // in the order of `readStatement`
  const version = Number(versionText);
  return {
    seq: Number(seq),
    collection,
    recordId,
    version,
    type,
    actor,
    traceId,
    at: toRfc3339(at),
    cause: row[15] ?? null,
    after: liveRecord(recordId, version, data, createdAt, at),
    before: beforeOf(row, recordId, version - 1),
  };
}

function beforeOf(row: TextRow, id: string, version: number): FeedChange['before'] {
  const [at = null, createdAt = null, data = null] = row.slice(12);
  if (version === 0) return null;
  return at === null || createdAt === null ? 'unknown' : liveRecord(id, version, data, createdAt, at);
}

function liveRecord(
  id: string,
  version: number,
  data: string | null,
  createdAt: string,
  at: string,
): LiveRecord | null {
  if (data === null) return null;
  return toStoredRecord([id, String(version), data, createdAt, at]) as LiveRecord; // a record with a document is live
}

function expired(): HavenError {
  return new HavenError(
    'CURSOR_EXPIRED',
    'Changes after this cursor are no longer kept; read the records again and continue from there.',
  );
}
