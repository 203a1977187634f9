import type pg from 'pg';

import type { JsonObject } from '@haven/kernel';
import { instantOf, sendPipeline, tenantStatement } from '@haven/platform';
import type { Statement, TextRow } from '@haven/platform';

import { Progress } from '../domain/progress.js';
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
import type { Line } from './sequencing-statements.js';

/** How many documents a round has in memory at once. */
const SLICE = 100;

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
