import { Injectable } from '@nestjs/common';

import { toRfc3339, UnitOfWork } from '@haven/database';
import type { TextRow } from '@haven/database';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { toStoredRecord } from '@haven/records';
import type { LiveRecord } from '@haven/records';

import { ChangeFeed } from '../application/change-feed.js';
import type { FeedBounds, FeedLine, FeedQuery, FeedSlice } from '../application/change-feed.js';

/** How many bytes of documents one reading takes; the line that passes them is the last. */
const READING_BYTES = 1_048_576;

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

  async read(caller: Caller, { after, limit, collections, before, passOver }: FeedQuery): Promise<FeedSlice> {
    const values = [after, limit + 1, before]; // one more tells whether there is more
    const [rows = []] = await this.uow.pipeline(
      caller,
      collections === undefined
        ? { name: 'feed.all', text: ALL, values }
        : { name: 'feed.collections', text: OF_COLLECTIONS, values: [...values, collections] },
    );
    const [end = 0, found = 0] = (rows[0] ?? []).slice(0, 2).map(Number);
    const fitting = rows.filter(([, , seq]) => seq !== null).slice(0, limit);
    const kept = fitting.filter((row) => row[6] !== null); // the event of a line that was pruned is gone, and its type with it
    if (kept.length < fitting.length && !passOver) throw expired();
    const lines = kept.map(toFeedLine);
    const more = fitting.length < found;
    const last = Number(fitting.at(-1)?.[2] ?? after);
    return { lines, more, position: more ? last : Math.max(end, last) };
  }

  async at(caller: Caller, positions: readonly number[], before: boolean): Promise<FeedLine[]> {
    const lines: FeedLine[] = [];
    for (let done = 0; done < positions.length;) {
      const values = [positions.slice(done), positions.length, before];
      const [rows = []] = await this.uow.pipeline(caller, { name: 'feed.at', text: AT, values });
      const found = rows.filter(([, , seq]) => seq !== null);
      lines.push(...found.filter((row) => row[6] !== null).map(toFeedLine));
      if (found.length === Number(rows[0]?.[1] ?? 0)) return lines;
      done = positions.indexOf(Number(found.at(-1)?.[2])) + 1; // documents are large: some of them, and then the rest
    }
    return lines;
  }
}

const BOUNDS = `
SELECT count(*), coalesce(max(pruned_through), 0),
  coalesce((SELECT seq FROM haven.feed_heads WHERE tenant_id = haven.current_tenant()), 0)
FROM haven.collections
WHERE tenant_id = haven.current_tenant() AND ($1::text IS NULL OR name = $1)`;

const KEYS = `
SELECT seq, collection_id, record_id, version FROM haven.feed
WHERE tenant_id = haven.current_tenant() AND seq > $1 ORDER BY seq LIMIT $2`;

/** In the order of their positions, as they must be asked for. */
const KEYS_AT = `
SELECT seq, collection_id, record_id, version FROM haven.feed
WHERE tenant_id = haven.current_tenant() AND seq = ANY($1::bigint[]) ORDER BY seq LIMIT $2`;

/** Each of the collections gives its next lines, of which the first of all are taken. */
const KEYS_OF_COLLECTIONS = `
SELECT f.* FROM haven.collections AS c CROSS JOIN LATERAL (
  SELECT seq, collection_id, record_id, version FROM haven.feed
  WHERE tenant_id = haven.current_tenant() AND collection_id = c.id AND seq > $1 ORDER BY seq LIMIT $2
) AS f
WHERE c.tenant_id = haven.current_tenant() AND c.name = ANY($4::text[]) ORDER BY f.seq LIMIT $2`;

/**
 * The end of the feed, how many lines were found, and as many of them as fit. The version before is only looked up where it
 * is asked for, or where the change itself does not tell whether there was a document; it is the greatest below, for row
 * security keeps `version - 1` from being looked up in an index (ADR 8).
 */
const reading = (keys: string): string => `
SELECT coalesce(h.seq, 0), line.found, line.seq, c.name, line.record_id, line.version, line.type, line.actor, line.trace_id,
  line.at, line.created_at, line.data, line.before_at, line.before_created_at, line.before_data
FROM (SELECT haven.current_tenant() AS id) AS tenant
LEFT JOIN haven.feed_heads AS h ON h.tenant_id = tenant.id
LEFT JOIN LATERAL (
  SELECT f.*, e.type, e.actor, e.trace_id, e.at, e.created_at, e.data,
    p.at AS before_at, p.created_at AS before_created_at, p.data AS before_data,
    count(*) OVER () AS found,
    sum(coalesce(octet_length(e.data::text), 0) + coalesce(octet_length(p.data::text), 0))
      OVER (ORDER BY f.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS size
  FROM (${keys}) AS f
  LEFT JOIN haven.events AS e ON e.tenant_id = haven.current_tenant()
    AND e.collection_id = f.collection_id AND e.record_id = f.record_id AND e.version = f.version
  LEFT JOIN LATERAL (
    SELECT at, created_at, data FROM haven.events
    WHERE tenant_id = haven.current_tenant() AND collection_id = f.collection_id AND record_id = f.record_id
      AND version < f.version AND ($3 OR e.type = 'record.restored')
    ORDER BY version DESC LIMIT 1
  ) AS p ON true
) AS line ON coalesce(line.size, 0) < ${READING_BYTES}
LEFT JOIN haven.collections AS c ON c.tenant_id = tenant.id AND c.id = line.collection_id
ORDER BY line.seq`;

const ALL = reading(KEYS);
const AT = reading(KEYS_AT);
const OF_COLLECTIONS = reading(KEYS_OF_COLLECTIONS);

type Texts = [string, string, string, string, string, string, string, string, string];

function toFeedLine(row: TextRow): FeedLine {
  const [, , seq, collection, recordId, version, type, actor, traceId, at, createdAt, data = null] = row;
  const texts = [seq, collection, recordId, version, type, actor, traceId, at, createdAt] as Texts; // as the statement has them
  const [place, name, id, number, kind, who, trace, when, made] = texts;
  return {
    seq: Number(place),
    collection: name,
    recordId: id,
    version: Number(number),
    type: kind,
    actor: who,
    traceId: trace,
    at: toRfc3339(when),
    after: liveRecord(id, Number(number), data, made, when),
    before: beforeOf(row, id, Number(number) - 1),
  };
}

function beforeOf(row: TextRow, id: string, version: number): FeedLine['before'] {
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
  return data === null ? null : (toStoredRecord([id, String(version), data, createdAt, at]) as LiveRecord); // it has a document
}

function expired(): HavenError {
  return new HavenError('CURSOR_EXPIRED', 'Changes behind this cursor are no longer kept; read the records anew.');
}
