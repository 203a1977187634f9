import type { ClientBase } from 'pg';

import { sendPipeline, tenantStatement } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { sqlState } from '@haven/kernel';

/** Number of records that are locked and checked in one transaction. */
const BATCH = 500;

/** Progress of a rebuild. The fields are named after their columns. */
export interface RebuildProgress {
  /** Number of records checked. */
  readonly looked: number;
  /** Number of records repaired. */
  readonly mended: number;
}

/**
 * Rebuilds the rows of all tenants from their events, in batches, while clients keep writing. A batch locks the rows
 * that it checks, so it sees all of their events. The progress is stored in the database with each batch, so that the
 * next run continues an interrupted rebuild. After a finished rebuild, the next run starts from the beginning.
 */
export class ProjectionRebuild {
  private constructor(
    private readonly client: ClientBase,
    /** Progress of the interrupted rebuild that this one continues, or null. */
    readonly before: RebuildProgress | null,
  ) {}

  static async begin(client: ClientBase): Promise<ProjectionRebuild> {
    const [[row] = []] = await sendPipeline(client, [
      toPlainText('SELECT finished, looked, mended FROM haven.rebuild'),
    ]);
    const [finished, looked, mended] = row ?? [];
    if (finished === 'f') return new ProjectionRebuild(client, { looked: Number(looked), mended: Number(mended) });
    await sendPipeline(client, [toPlainText(START)]);
    return new ProjectionRebuild(client, null);
  }

  /** Rebuilds all rows. Yields the progress after each batch. */
  async *run(): AsyncGenerator<RebuildProgress> {
    for (let tenant = await this.tenant('>='); tenant !== null; tenant = await this.tenant('>')) {
      await sendPipeline(this.client, [{ text: MOVE, values: [tenant] }]);
      for (let progress = await this.next(tenant); progress; progress = await this.next(tenant)) yield progress;
    }
  }

  /** Marks the rebuild as finished, so that the next one starts from the beginning. */
  async finish(): Promise<void> {
    await sendPipeline(this.client, [toPlainText('UPDATE haven.rebuild SET finished = true')]);
  }

  /** Returns the current tenant (`>=`) or the next one (`>`), or null at the end. */
  private async tenant(comparison: '>=' | '>'): Promise<string | null> {
    const [[row] = []] = await sendPipeline(this.client, [
      toPlainText(`SELECT t.tenant_id FROM haven.tenant_ids AS t, haven.rebuild AS r
             WHERE r.tenant IS NULL OR t.tenant_id ${comparison} r.tenant ORDER BY t.tenant_id LIMIT 1`),
    ]);
    return row?.[0] ?? null;
  }

  /** Processes a batch, and retries it after a deadlock with a writer. */
  private async next(tenant: string): Promise<RebuildProgress | null> {
    for (;;) {
      try {
        return await this.batch(tenant);
      } catch (error) {
        if (sqlState(error) !== DEADLOCK) throw error;
        await sendPipeline(this.client, [toPlainText('ROLLBACK')]);
      }
    }
  }

  /** Processes a batch in one transaction. Returns null if the tenant has no more records. */
  private async batch(tenant: string): Promise<RebuildProgress | null> {
    const [, , keys = []] = await sendPipeline(this.client, [
      toPlainText('BEGIN'),
      tenantStatement(tenant),
      toPlainText(NEXT_KEYS),
    ]);
    const last = keys.at(-1);
    if (!last) {
      await sendPipeline(this.client, [toPlainText('ROLLBACK')]);
      return null;
    }
    const values = [keys.map(([collection]) => collection), keys.map(([, id]) => id)];
    const [, [mended] = [], [strays] = []] = await sendPipeline(this.client, [
      { text: LOCK, values },
      { text: MEND, values },
      { text: 'SELECT haven.remove_strays($1::integer[], $2::uuid[])', values },
    ]);
    const count = Number(mended?.[0]) + Number(strays?.[0]);
    const [[progress] = []] = await sendPipeline(this.client, [
      { text: KEEP, values: [...last, keys.length, count] },
      ...(count > 0 ? [{ text: RENEW_MARKS, values: values.slice(0, 1) }] : []),
      toPlainText('COMMIT'),
    ]);
    return rebuildProgressOf(progress);
  }
}

const DEADLOCK = '40P01';

function toPlainText(text: string): Statement {
  return { text, values: [] };
}

function rebuildProgressOf(row: TextRow | undefined): RebuildProgress {
  return { looked: Number(row?.[0]), mended: Number(row?.[1]) };
}

const START = `
UPDATE haven.rebuild SET tenant = NULL, collection_id = NULL, record_id = NULL, looked = 0, mended = 0, finished = false`;

/**
 * Stores the tenant that is being rebuilt. If it differs from the tenant stored before, also clears the key of the last
 * record.
 */
const MOVE = `
UPDATE haven.rebuild SET tenant = $1, collection_id = NULL, record_id = NULL WHERE tenant IS DISTINCT FROM $1`;

const KEEP = `
UPDATE haven.rebuild SET collection_id = $1, record_id = $2, looked = looked + $3, mended = mended + $4
RETURNING looked, mended`;

/** Gives collections new marks, because their records have changed without an event. A trigger sets the marks. */
const RENEW_MARKS = `
UPDATE haven.collection_sizes SET bytes = bytes
WHERE tenant_id = haven.current_tenant() AND collection_id = ANY($1::integer[])`;

/** Selects the keys of the next batch of records, including records that have only a row or only events. */
const NEXT_KEYS = `
WITH place AS MATERIALIZED (
  SELECT coalesce(collection_id, 0) AS collection_id, coalesce(record_id, '00000000-0000-0000-0000-000000000000') AS record_id
  FROM haven.rebuild
)
(
  SELECT collection_id, id FROM haven.records
  WHERE tenant_id = haven.current_tenant()
    AND (collection_id, id) > ((SELECT collection_id FROM place), (SELECT record_id FROM place))
  ORDER BY collection_id, id LIMIT ${BATCH}
) UNION (
  SELECT DISTINCT collection_id, record_id FROM haven.events
  WHERE tenant_id = haven.current_tenant()
    AND (collection_id, record_id) > ((SELECT collection_id FROM place), (SELECT record_id FROM place))
  ORDER BY collection_id, record_id LIMIT ${BATCH}
)
ORDER BY 1, 2 LIMIT ${BATCH}`;

/** Locks the rows of a batch. The order is the same as in requests that write several records, to avoid deadlocks. */
const LOCK = `
SELECT FROM haven.records
WHERE tenant_id = haven.current_tenant()
  AND (collection_id, id) IN (SELECT * FROM unnest($1::integer[], $2::uuid[]))
ORDER BY collection_id, id FOR UPDATE`;

/**
 * Writes each row from the last event of its record. Writers change the row in the same transaction as they add the
 * event, so a record whose row is locked gets no new events.
 */
const MEND = `
WITH last AS (
  SELECT k.collection_id, k.id, e.version, e.data, e.created_at, e.at
  FROM unnest($1::integer[], $2::uuid[]) AS k (collection_id, id)
  CROSS JOIN LATERAL (
    SELECT version, data, created_at, at FROM haven.events
    WHERE tenant_id = haven.current_tenant() AND collection_id = k.collection_id AND record_id = k.id
    ORDER BY version DESC LIMIT 1
  ) AS e
), mended AS (
  INSERT INTO haven.records AS r (collection_id, id, version, data, created_at, updated_at)
  SELECT collection_id, id, version, data, created_at, at FROM last
  ON CONFLICT (tenant_id, collection_id, id) DO UPDATE SET
    version = excluded.version, data = excluded.data, created_at = excluded.created_at, updated_at = excluded.updated_at
  WHERE (r.version, r.data, r.created_at, r.updated_at)
    IS DISTINCT FROM (excluded.version, excluded.data, excluded.created_at, excluded.updated_at)
  RETURNING id
)
SELECT count(*) FROM mended`;
