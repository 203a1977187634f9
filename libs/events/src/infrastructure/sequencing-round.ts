import type pg from 'pg';

import { toRfc3339, sendPipeline, tenantStatement } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { EventLoopTurn, isTombstoneType, readJson } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { SequencerWatermark } from '../domain/sequencer-watermark.js';
import { seal } from '../domain/seal.js';
import {
  BEGIN,
  COMMIT,
  entryStatement,
  eventsStatement,
  forgetStatement,
  NEW_POSITIONS,
  NEXT,
  notifyStatement,
  OLDEST,
  ROLLBACK,
  ROUND_SIZE,
  STATE,
  watermarkStatement,
} from './sequencing-statements.js';
import type { UnsequencedEvent, NewFeedEntry } from './sequencing-statements.js';

/** Maximum number of documents in memory at the same time. */
const SLICE_SIZE = 100;

/**
 * Enters the events that have become visible since the previous round in the feed, in one transaction on the leader's
 * connection. After a failure, the connection must not be used any more.
 */
export class SequencingRound {
  /** After a round, `onEntered` is called for each tenant, with the times at which its new events were written. */
  constructor(
    private readonly client: pg.Client,
    private readonly onEntered: (tenant: string, writtenAt: readonly number[]) => void,
  ) {}

  /** Runs one round. Returns `some` if there may be more events. */
  async run(): Promise<'all' | 'some'> {
    const [, state = [], oldest, rows = [], next] = await this.send(BEGIN, STATE, OLDEST, NEW_POSITIONS, NEXT);
    const before = readWatermark(state[0]);
    const found = rows.map(foundOf);
    const seen = before.with(found.map(({ position }) => BigInt(position)));
    const isWhole = found.length < ROUND_SIZE; // a full round may not have seen all positions
    const after = isWhole ? seen.settled(transactionOf(oldest), transactionOf(next)) : seen;
    if (found.length === 0 && after.watermark === before.watermark && after.mark?.xid === before.mark?.xid) {
      await this.send(ROLLBACK);
      return 'all';
    }
    const lines = await this.linesOf(byTenant(found));
    const entries = [...lines].flatMap(([tenant, own]) => [
      tenantStatement(tenant),
      entryStatement(own),
      ...own.filter(({ erased }) => erased).map(forgetStatement),
    ]);
    await this.send(...entries, watermarkStatement(after), notifyStatement([...lines.keys()]), COMMIT);
    for (const [tenant, own] of lines)
      this.onEntered(
        tenant,
        own.map(({ writtenAt }) => writtenAt),
      );
    return isWhole ? 'all' : 'some';
  }

  private async linesOf(found: ReadonlyMap<string, UnsequencedEvent[]>): Promise<Map<string, NewFeedEntry[]>> {
    const lines = new Map([...found.keys()].map((tenant): [string, NewFeedEntry[]] => [tenant, []]));
    const lastHashes = new Map<string, Buffer>();
    const turn = new EventLoopTurn();
    for (const slices of slicesOf(found)) {
      const statements = slices.flatMap(([tenant, events]) => [tenantStatement(tenant), eventsStatement(events)]);
      const results = await this.send(...statements);
      for (const [index, [tenant]] of slices.entries()) {
        const rows = results[index * 2 + 1] ?? [];
        for (const row of rows) {
          if (turn.isLong) await turn.pause();
          lines.get(tenant)?.push(toSealedEntry(row, lastHashes));
        }
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
  if (watermark == null || done == null) throw new Error('The table haven.sequencer has no row.');
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

/**
 * Divides the events into slices, each of which is read in one round trip. A slice may have events of several tenants.
 */
function slicesOf(found: ReadonlyMap<string, UnsequencedEvent[]>): [tenant: string, events: UnsequencedEvent[]][][] {
  const slices: [string, UnsequencedEvent[]][][] = [];
  let capacity = 0;
  for (const [tenant, events] of found) {
    for (let start = 0; start < events.length;) {
      if (capacity === 0) {
        slices.push([]);
        capacity = SLICE_SIZE;
      }
      const slice = events.slice(start, start + capacity);
      slices.at(-1)?.push([tenant, slice]);
      start += slice.length;
      capacity -= slice.length;
    }
  }
  return slices;
}

/**
 * The text columns of an event: collection, record, version, collection name, type, actor, trace id, creation time of
 * the record, time of the event, the type of the previous event, and the cause.
 */
type EventTexts = [
  collectionId: string,
  recordId: string,
  version: string,
  collection: string,
  type: string,
  actor: string,
  traceId: string,
  createdAt: string,
  at: string,
  typeBefore: string | null,
  cause: string | null,
];

/** Seals an event. `lastHashes` maps each record to the hash of its last event in this round. */
function toSealedEntry(row: TextRow, lastHashes: Map<string, Buffer>): NewFeedEntry {
  const [data = null, before = null, ...texts] = row;
  const [collectionId, recordId, version, collection, type, actor, traceId, createdAt, at, typeBefore, cause] =
    texts as EventTexts;
  const record = `${collectionId}/${recordId}`;
  const previous = lastHashes.get(record) ?? (before === null ? null : Buffer.from(before.slice(2), 'hex'));
  const facts = {
    collection,
    recordId,
    version: Number(version),
    type,
    actor,
    traceId,
    createdAt: toRfc3339(createdAt),
    at: toRfc3339(at),
    cause,
  };
  const document = data === null ? null : (readJson(data) as JsonObject); // only objects are stored
  const eventSeal = seal(facts, document, previous);
  lastHashes.set(record, eventSeal.hash);
  return {
    collectionId,
    recordId,
    version,
    erased: type === 'record.erased',
    bytes: data === null ? 0 : Buffer.byteLength(data),
    writtenAt: Date.parse(facts.at),
    growth: Number(!isTombstoneType(type)) - Number(typeBefore !== null && !isTombstoneType(typeBefore)),
    seal: eventSeal,
  };
}
