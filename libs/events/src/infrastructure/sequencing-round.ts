import type pg from 'pg';

import { toRfc3339, sendPipeline, tenantStatement } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { isTombstoneType } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { SequencerWatermark } from '../domain/sequencer-watermark.js';
import { seal } from '../domain/seal.js';
import {
  BEGIN,
  COMMIT,
  entryStatement,
  eventsStatement,
  forgetStatement,
  keepStatement,
  NEW_POSITIONS,
  NEXT,
  noticeStatement,
  OLDEST,
  ROLLBACK,
  ROUND,
  STATE,
} from './sequencing-statements.js';
import type { UnsequencedEvent, FeedEntryLine } from './sequencing-statements.js';

/** How many documents a round has in memory at once. */
const SLICE = 100;

/**
 * One transaction that enters in the feed what has become visible since the last. Its connection is the leader's alone; after
 * a failure it is of no more use.
 */
export class SequencingRound {
  /** Once events have entered, `entered` hears whose, and when each was written. */
  constructor(
    private readonly client: pg.Client,
    private readonly entered: (tenant: string, writtenAt: readonly number[]) => void,
  ) {}

  /** Enters what there is; `some` if there may be more. */
  async run(): Promise<'all' | 'some'> {
    const [, state = [], oldest, rows = [], next] = await this.send(BEGIN, STATE, OLDEST, NEW_POSITIONS, NEXT);
    const before = readWatermark(state[0]);
    const found = rows.map(foundOf);
    const seen = before.with(found.map(({ position }) => BigInt(position)));
    const isWhole = found.length < ROUND; // one that was cut short has not seen everything below the mark
    const progress = isWhole ? seen.settled(transactionOf(oldest), transactionOf(next)) : seen;
    if (found.length === 0 && progress.watermark === before.watermark && progress.mark?.xid === before.mark?.xid) {
      await this.send(ROLLBACK);
      return 'all';
    }
    const lines = await this.linesOf(byTenant(found));
    const entries = [...lines].flatMap(([tenant, own]) => [
      tenantStatement(tenant),
      entryStatement(own),
      ...own.filter(({ erased }) => erased).map(forgetStatement),
    ]);
    await this.send(...entries, keepStatement(progress), noticeStatement([...lines.keys()]), COMMIT);
    for (const [tenant, own] of lines)
      this.entered(
        tenant,
        own.map(({ writtenAt }) => writtenAt),
      );
    return isWhole ? 'all' : 'some';
  }

  private async linesOf(found: ReadonlyMap<string, UnsequencedEvent[]>): Promise<Map<string, FeedEntryLine[]>> {
    const lines = new Map([...found.keys()].map((tenant): [string, FeedEntryLine[]] => [tenant, []]));
    const known = new Map<string, Buffer>();
    for (const slices of slicesOf(found)) {
      const statements = slices.flatMap(([tenant, events]) => [tenantStatement(tenant), eventsStatement(events)]);
      const results = await this.send(...statements);
      for (const [index, [tenant]] of slices.entries()) {
        const rows = results[index * 2 + 1] ?? [];
        lines.get(tenant)?.push(...rows.map((row) => sealed(row, known)));
      }
    }
    return lines;
  }

  private send(...statements: Statement[]): Promise<TextRow[][]> {
    return sendPipeline(this.client, statements);
  }
}

function readWatermark(state: TextRow | undefined): SequencerWatermark {
  const [watermark, done, position = null, xid = null] = state ?? [];
  if (watermark == null || done == null) throw new Error('The database has no sequencer.');
  return SequencerWatermark.parse(watermark, done, { position, xid });
}

function transactionOf(rows: readonly TextRow[] | undefined): bigint {
  return BigInt(rows?.[0]?.[0] ?? 0);
}

function foundOf(row: TextRow): UnsequencedEvent {
  const [position, tenant, collectionId, recordId, version] = row as [string, string, string, string, string];
  return { position, tenant, collectionId, recordId, version };
}

function byTenant(found: readonly UnsequencedEvent[]): Map<string, UnsequencedEvent[]> {
  const all = new Map<string, UnsequencedEvent[]>();
  for (const event of found) {
    const own = all.get(event.tenant);
    if (own) own.push(event);
    else all.set(event.tenant, [event]);
  }
  return all;
}

/** What is read in one round trip each, of however many tenants. */
function slicesOf(found: ReadonlyMap<string, UnsequencedEvent[]>): [tenant: string, events: UnsequencedEvent[]][][] {
  const trips: [string, UnsequencedEvent[]][][] = [];
  let room = 0;
  for (const [tenant, events] of found) {
    for (let start = 0; start < events.length;) {
      if (room === 0) {
        trips.push([]);
        room = SLICE;
      }
      const slice = events.slice(start, start + room);
      trips.at(-1)?.push([tenant, slice]);
      start += slice.length;
      room -= slice.length;
    }
  }
  return trips;
}

/** Collection, record, version, the collection's name, type, actor, trace id and the two times, and the type of the event before. */
type EventTexts = [string, string, string, string, string, string, string, string, string, string | null];

/** Of several events of one record in a round, `known` has the hash of the one before. */
function sealed(row: TextRow, known: Map<string, Buffer>): FeedEntryLine {
  const [data = null, before = null, ...texts] = row;
  const [collectionId, recordId, version, collection, type, actor, traceId, createdAt, at, typeBefore] =
    texts as EventTexts;
  const record = `${collectionId}/${recordId}`;
  const previous = known.get(record) ?? (before === null ? null : Buffer.from(before.slice(2), 'hex'));
  const facts = {
    collection,
    recordId,
    version: Number(version),
    type,
    actor,
    traceId,
    createdAt: toRfc3339(createdAt),
    at: toRfc3339(at),
  };
  const made = seal(facts, data === null ? null : (JSON.parse(data) as JsonObject), previous); // only objects are stored
  known.set(record, made.hash);
  return {
    collectionId,
    recordId,
    version,
    erased: type === 'record.erased',
    bytes: data === null ? 0 : Buffer.byteLength(data),
    writtenAt: Date.parse(facts.at),
    growth: Number(!isTombstoneType(type)) - Number(typeBefore !== null && !isTombstoneType(typeBefore)),
    seal: made,
  };
}
