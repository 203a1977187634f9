import type pg from 'pg';

import type { JsonObject } from '@haven/kernel';
import { instantOf, sendPipeline, tenantStatement } from '@haven/platform';
import type { Statement, TextRow } from '@haven/platform';

import { FEED_GREW } from '../domain/channels.js';
import { Progress } from '../domain/progress.js';
import { seal } from '../domain/seal.js';
import type { Seal } from '../domain/seal.js';

/** Events a round takes at most, and how many documents it has in memory at once. */
const ROUND = 2_000;
const SLICE = 100;

/** An event with its place. */
interface Line {
  readonly collectionId: string;
  readonly recordId: string;
  readonly version: string;
  readonly erased: boolean;
  readonly seal: Seal;
}

/**
 * One transaction that enters in the feed what has become visible since the last. Its connection is the leader's alone; after
 * a failure it is of no more use.
 */
export class SequencingRound {
  /** Once events have entered, `entered` hears whose and how many. */
  constructor(
    private readonly client: pg.Client,
    private readonly entered: (tenant: string, count: number) => void,
  ) {}

  /** Enters what there is; `some` if there may be more. */
  async run(): Promise<'all' | 'some'> {
    const [, state = [], oldest, found = [], next] = await this.send(BEGIN, STATE, OLDEST, NEW_POSITIONS, NEXT);
    const before = progressOf(state[0]);
    const seen = before.with(found.map(([, position]) => BigInt(position ?? 0)));
    const isWhole = found.length < ROUND; // one that was cut short has not seen everything below the mark
    const progress = isWhole ? seen.settled(transactionOf(oldest), transactionOf(next)) : seen;
    if (found.length === 0 && progress.watermark === before.watermark && progress.mark?.xid === before.mark?.xid) {
      await this.send(ROLLBACK);
      return 'all';
    }
    const lines = await this.linesOf(positionsByTenant(found));
    const entries = [...lines].flatMap(([tenant, own]) => [
      tenantStatement(tenant),
      entryStatement(own),
      ...own.filter(({ erased }) => erased).map(forgetStatement),
    ]);
    await this.send(...entries, keepStatement(progress), noticeStatement([...lines.keys()]), COMMIT);
    for (const [tenant, own] of lines) this.entered(tenant, own.length);
    return isWhole ? 'all' : 'some';
  }

  private async linesOf(byTenant: ReadonlyMap<string, string[]>): Promise<Map<string, Line[]>> {
    const lines = new Map<string, Line[]>();
    for (const [tenant, positions] of byTenant) {
      const known = new Map<string, Buffer>();
      const own: Line[] = [];
      for (let start = 0; start < positions.length; start += SLICE) {
        const slice = eventsStatement(positions.slice(start, start + SLICE));
        const [, rows = []] = await this.send(tenantStatement(tenant), slice);
        own.push(...rows.map((row) => sealed(row, known)));
      }
      lines.set(tenant, own);
    }
    return lines;
  }

  private send(...statements: Statement[]): Promise<TextRow[][]> {
    return sendPipeline(this.client, statements);
  }
}

const BEGIN = { name: 'begin', text: 'BEGIN', values: [] };
const COMMIT = { name: 'commit', text: 'COMMIT', values: [] };
const ROLLBACK = { name: 'rollback', text: 'ROLLBACK', values: [] };

const STATE = {
  name: 'sequencer.state',
  text: 'SELECT watermark, done, mark_position, mark_xid FROM haven.sequencer',
  values: [],
};

/** Transactions below this have ended; asked before the positions, so that those see what they have left. */
const OLDEST = {
  name: 'sequencer.oldest',
  text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())',
  values: [],
};

/**
 * An id of this transaction's own, taken after the positions were looked at: whoever has got one of them, or one before, has a lower id.
 * The end of a snapshot would not do, for it is behind the last transaction that has ended, and not behind those that run.
 */
const NEXT = { name: 'sequencer.next', text: 'SELECT pg_current_xact_id()', values: [] };

/** As subqueries, so that the planner knows them for single values and begins to read the index at the watermark. */
const NEW_POSITIONS = {
  name: 'sequencer.positions',
  text: `SELECT tenant_id, position FROM haven.event_positions
         WHERE position > (SELECT watermark FROM haven.sequencer) AND NOT position <@ (SELECT done FROM haven.sequencer)
         ORDER BY position LIMIT ${ROUND}`,
  values: [],
};

function progressOf(state: TextRow | undefined): Progress {
  const [watermark, done, position = null, xid = null] = state ?? [];
  if (watermark == null || done == null) throw new Error('The database has no sequencer.');
  return Progress.parse(watermark, done, { position, xid });
}

function transactionOf(rows: readonly TextRow[] | undefined): bigint {
  return BigInt(rows?.[0]?.[0] ?? 0);
}

function positionsByTenant(rows: readonly TextRow[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const [tenant, position] of rows as [string, string][]) {
    const own = all.get(tenant);
    if (own) own.push(position);
    else all.set(tenant, [position]);
  }
  return all;
}

/** The hash before is looked up for each by its key: a join would be planned for what the planner takes for an average tenant. */
function eventsStatement(positions: readonly string[]): Statement {
  return {
    name: 'sequencer.events',
    text: `SELECT e.data, CASE WHEN e.version > 1 THEN (
             SELECT f.hash FROM haven.feed AS f WHERE f.tenant_id = e.tenant_id AND f.collection_id = e.collection_id
               AND f.record_id = e.record_id AND f.version = e.version - 1
           ) END, e.collection_id, e.record_id, e.version, c.name, e.type, e.actor, e.trace_id, e.created_at, e.at
           FROM haven.events AS e
           JOIN haven.collections AS c ON c.tenant_id = e.tenant_id AND c.id = e.collection_id
           WHERE e.position = ANY($1::bigint[]) ORDER BY e.position`,
    values: [positions],
  };
}

/** Collection, record, version, the collection's name, type, actor, trace id and the two times. */
type EventTexts = [string, string, string, string, string, string, string, string, string];

/** Of several events of one record in a round, `known` has the hash of the one before. */
function sealed(row: TextRow, known: Map<string, Buffer>): Line {
  const [data = null, before = null, ...texts] = row;
  const [collectionId, recordId, version, collection, type, actor, traceId, createdAt, at] = texts as EventTexts;
  const record = `${collectionId}/${recordId}`;
  const previous = known.get(record) ?? (before === null ? null : Buffer.from(before.slice(2), 'hex'));
  const facts = {
    collection,
    recordId,
    version: Number(version),
    type,
    actor,
    traceId,
    createdAt: instantOf(createdAt),
    at: instantOf(at),
  };
  const made = seal(facts, data === null ? null : (JSON.parse(data) as JsonObject), previous); // only objects are stored
  known.set(record, made.hash);
  return { collectionId, recordId, version, erased: type === 'record.erased', seal: made };
}

function entryStatement(lines: readonly Line[]): Statement {
  return {
    name: 'sequencer.enter',
    text: `WITH head AS (
             INSERT INTO haven.feed_heads AS h (seq) VALUES ($1)
             ON CONFLICT (tenant_id) DO UPDATE SET seq = h.seq + excluded.seq RETURNING seq
           )
           INSERT INTO haven.feed (seq, collection_id, record_id, version, salt, digest, hash)
           SELECT head.seq - $1 + nr, collection_id, record_id, version, salt, digest, hash
           FROM head, unnest($2::integer[], $3::uuid[], $4::integer[], $5::bytea[], $6::bytea[], $7::bytea[])
             WITH ORDINALITY AS line (collection_id, record_id, version, salt, digest, hash, nr)`,
    values: [
      lines.length,
      lines.map(({ collectionId }) => collectionId),
      lines.map(({ recordId }) => recordId),
      lines.map(({ version }) => version),
      lines.map(({ seal: { salt } }) => salt),
      lines.map(({ seal: { digest } }) => digest),
      lines.map(({ seal: { hash } }) => hash),
    ],
  };
}

/** What was read before the record was erased has been sealed with its document: the salt must go the document's way. */
function forgetStatement({ collectionId, recordId }: Line): Statement {
  return { name: 'sequencer.forget', text: 'SELECT haven.forget_salts($1, $2)', values: [collectionId, recordId] };
}

function keepStatement(progress: Progress): Statement {
  const { watermark, mark } = progress;
  return {
    name: 'sequencer.keep',
    text: 'UPDATE haven.sequencer SET watermark = $1, done = $2, mark_position = $3, mark_xid = $4',
    values: [String(watermark), progress.print(), mark && String(mark.position), mark && String(mark.xid)],
  };
}

/** The announcement is part of this transaction, which no other waits for. */
function noticeStatement(tenants: readonly string[]): Statement {
  return {
    name: 'sequencer.notice',
    text: 'SELECT pg_notify($1, tenant) FROM unnest($2::text[]) AS tenant',
    values: [FEED_GREW, tenants],
  };
}
