import { Injectable } from '@nestjs/common';

import { timeText, UnitOfWork } from '@haven/database';
import type { Statement } from '@haven/database';
import { readJson } from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';
import { Quotas } from '@haven/usage';

import { ImportSpool } from '../domain/import-spool.js';
import type { LinkedEntry, SpoolEntry, SpoolSummary } from '../domain/import-spool.js';
import { definitionsText } from './index-definitions.js';
import { nestedLoops } from './nested-loops.js';

/** Number of lines that one statement removes outside a transaction, so that it is short. */
const CHUNK_SIZE = 10_000;

/** Id in the rows of texts, which belong to no record. */
const NO_RECORD = '00000000-0000-0000-0000-000000000000';

/** Stores the lines in the table `import_lines`, which is not logged. */
@Injectable()
export class PgImportSpool extends ImportSpool {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly quotas: Quotas,
  ) {
    super();
  }

  async append(caller: Caller, importId: string, entries: readonly SpoolEntry[], newRecords: number): Promise<number> {
    const documents = entries.map(({ data }) => JSON.stringify(data));
    const bytes = documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    await this.quotas.requireCapacity(caller, { records: newRecords, bytes });
    await this.uow.pipeline(
      caller,
      bytesStatement(importId, bytes),
      linesStatement(
        importId,
        entries.map(({ line }) => line),
        entries.map(({ recordId }) => recordId),
        documents,
      ),
    );
    this.quotas.written(caller, { records: 0, bytes });
    return bytes;
  }

  async appendText(caller: Caller, importId: string, part: number, text: string): Promise<number> {
    const bytes = Buffer.byteLength(text);
    await this.quotas.requireCapacity(caller, { records: 0, bytes });
    const lines = linesStatement(importId, [part], [NO_RECORD], [JSON.stringify(text)]);
    await this.uow.pipeline(caller, bytesStatement(importId, bytes), lines);
    this.quotas.written(caller, { records: 0, bytes });
    return bytes;
  }

  async readText(caller: Caller, importId: string, part: number): Promise<string | null> {
    const [[[text] = []] = []] = await this.uow.pipeline(caller, {
      name: 'import.text',
      text: `SELECT data #>> '{}' FROM haven.import_lines WHERE ${ofImport('$1')} AND line = $2`,
      values: [importId, part],
    });
    return text ?? null;
  }

  async touch(caller: Caller, importId: string): Promise<void> {
    await this.uow.pipeline(caller, {
      name: 'import.touch',
      text: 'UPDATE haven.imports SET touched_at = now() WHERE tenant_id = haven.current_tenant() AND id = $1',
      values: [importId],
    });
  }

  async assignHolders(collectionId: number, importId: string, index: IndexDefinition): Promise<number> {
    const [, [[count] = []] = []] = await this.uow.current().pipeline([
      nestedLoops('off'),
      {
        name: 'import.holders',
        text: ASSIGN_HOLDERS,
        values: [collectionId, importId, definitionsText([index]), index.id],
      },
      nestedLoops('on'),
    ]);
    return Number(count);
  }

  nested<T>(work: () => Promise<T>): Promise<T> {
    return this.uow.current().nested(work);
  }

  async lock(collectionId: number, importId: string): Promise<SpoolSummary> {
    // The rows are read by a second statement, so that it sees what other transactions have written until the lock.
    const [, [counts = []] = []] = await this.uow.current().pipeline([
      { name: 'import.lock', text: LOCK, values: [collectionId, importId] },
      { name: 'import.count', text: COUNT, values: [collectionId, importId] },
    ]);
    const [lines, records, living] = counts;
    return { lines: Number(lines), records: Number(records), living: Number(living) };
  }

  async livingLines(collectionId: number, importId: string): Promise<number[]> {
    const [rows = []] = await this.uow
      .current()
      .pipeline([{ name: 'import.living', text: LIVING, values: [collectionId, importId] }]);
    return rows.map(([line]) => Number(line));
  }

  async setTimes(collectionId: number, importId: string, marker: string): Promise<void> {
    await this.uow
      .current()
      .pipeline([
        nestedLoops('off'),
        { name: 'import.times', text: SET_TIMES, values: [collectionId, importId, marker] },
        nestedLoops('on'),
      ]);
  }

  async replace(importId: string, entries: readonly SpoolEntry[]): Promise<void> {
    const lines = entries.map(({ line }) => line);
    const recordIds = entries.map(({ recordId }) => recordId);
    const documents = entries.map(({ data }) => JSON.stringify(data));
    await this.uow.current().pipeline([
      {
        name: 'import.replace',
        text: `DELETE FROM haven.import_lines WHERE ${ofImport('$1')} AND line = ANY($2::integer[])`,
        values: [importId, lines],
      },
      linesStatement(importId, lines, recordIds, documents),
    ]);
  }

  async page(importId: string, afterLine: number, limit: number): Promise<SpoolEntry[]> {
    const [rows = []] = await this.uow.current().pipeline([
      {
        name: 'import.page',
        text: `SELECT line, record_id, data FROM haven.import_lines WHERE ${ofImport('$1')} AND line > $2 ORDER BY line LIMIT $3`,
        values: [importId, afterLine, limit],
      },
    ]);
    return rows.map(([line, recordId, data]) => ({
      line: Number(line),
      recordId: recordId ?? '',
      data: parsed(data) ?? {},
    }));
  }

  async pageWithPrevious(
    collectionId: number,
    importId: string,
    afterLine: number,
    limit: number,
  ): Promise<LinkedEntry[]> {
    const lines = 'line > $3 ORDER BY line LIMIT $4';
    return this.withPrevious('page', lines, [collectionId, importId, afterLine, limit]);
  }

  async entriesWithPrevious(collectionId: number, importId: string, lines: readonly number[]): Promise<LinkedEntry[]> {
    return this.withPrevious('lines', 'line = ANY($3::integer[]) ORDER BY line', [collectionId, importId, lines]);
  }

  private async withPrevious(name: string, lines: string, values: unknown[]): Promise<LinkedEntry[]> {
    const text = `
SELECT l.line, l.record_id, l.data, r.data FROM (
  SELECT line, record_id, data FROM haven.import_lines WHERE ${ofImport('$2')} AND ${lines}
) AS l LEFT JOIN LATERAL (
  SELECT data FROM haven.records
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id = l.record_id LIMIT 1
) AS r ON TRUE
ORDER BY l.line`;
    const [rows = []] = await this.uow.current().pipeline([{ name: `import.previous.${name}`, text, values }]);
    return rows.map(([line, recordId, data, previous]) => ({
      line: Number(line),
      recordId: recordId ?? '',
      data: parsed(data) ?? {},
      previous: parsed(previous),
    }));
  }

  async linesOf(importId: string, recordIds: readonly string[]): Promise<Map<string, number>> {
    if (recordIds.length === 0) return new Map();
    const [rows = []] = await this.uow.current().pipeline([
      {
        name: 'import.lines.of',
        text: `SELECT record_id, line FROM haven.import_lines
               WHERE ${ofImport('$1')} AND record_id = ANY($2::uuid[])`,
        values: [importId, recordIds],
      },
    ]);
    return new Map(rows.map(([recordId, line]) => [recordId ?? '', Number(line)]));
  }

  async keepLast(importId: string): Promise<void> {
    await this.uow.current().pipeline([{ name: 'import.last', text: KEEP_LAST, values: [importId] }]);
  }

  async refuse(importId: string, lines: readonly number[]): Promise<void> {
    await this.uow.current().pipeline([
      {
        name: 'import.refuse',
        text: `DELETE FROM haven.import_lines WHERE ${ofImport('$1')} AND record_id IN (
                 SELECT record_id FROM haven.import_lines WHERE ${ofImport('$1')} AND line = ANY($2::integer[])
               )`,
        values: [importId, lines],
      },
    ]);
  }

  async remove(caller: Caller, importId: string, bytes: number): Promise<void> {
    if (this.uow.isOpen) {
      const all = { name: 'import.remove.all', text: REMOVE_ALL, values: [importId] };
      await this.uow.pipeline(caller, all, forgetStatement(importId));
      return;
    }
    for (;;) {
      const [[row] = []] = await this.uow.pipeline(caller, removeStatement(importId, CHUNK_SIZE));
      if (Number(row?.[0]) < CHUNK_SIZE) break;
    }
    await this.uow.pipeline(caller, forgetStatement(importId));
    this.quotas.written(caller, { records: 0, bytes: -bytes });
  }
}

function parsed(text: string | null | undefined): JsonObject | null {
  return text == null ? null : (readJson(text) as JsonObject); // only objects are stored
}

function bytesStatement(importId: string, bytes: number): Statement {
  return {
    name: 'import.bytes',
    text: `INSERT INTO haven.imports (id, bytes) VALUES ($1, $2)
           ON CONFLICT (tenant_id, id) DO UPDATE SET bytes = imports.bytes + excluded.bytes, touched_at = now()`,
    values: [importId, bytes],
  };
}

/** The documents are sent as one text, which is cheaper than an array; printed JSON has no line breaks. */
function linesStatement(importId: string, lines: number[], recordIds: string[], documents: string[]): Statement {
  return {
    name: 'import.lines',
    text: `INSERT INTO haven.import_lines (import_id, line, record_id, data)
           SELECT $1, line, id, document::jsonb
           FROM ROWS FROM (unnest($2::integer[]), unnest($3::uuid[]), string_to_table($4, E'\\n')) AS l (line, id, document)`,
    values: [importId, `{${lines.join(',')}}`, `{${recordIds.join(',')}}`, documents.join('\n')],
  };
}

/** Removes at most `limit` lines. Returns their number. */
export function removeStatement(importId: string, limit: number): Statement {
  return {
    name: 'import.remove',
    text: `WITH removed AS (
             DELETE FROM haven.import_lines WHERE ${ofImport('$1')} AND ctid = ANY(ARRAY(
               SELECT ctid FROM haven.import_lines WHERE ${ofImport('$1')} LIMIT $2
             )) RETURNING 1
           ) SELECT count(*) FROM removed`,
    values: [importId, limit],
  };
}

/** Removes the row of an import whose lines have been removed. */
export function forgetStatement(importId: string): Statement {
  return {
    name: 'import.forget',
    text: 'DELETE FROM haven.imports WHERE tenant_id = haven.current_tenant() AND id = $1',
    values: [importId],
  };
}

function ofImport(id: string): string {
  return `tenant_id = haven.current_tenant() AND import_id = ${id}`;
}

/** Locks the rows in the order of their ids, as every writer does, to avoid deadlocks. */
const LOCK = `
WITH locked AS (
  SELECT id FROM haven.records AS r
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id IN (
    SELECT record_id FROM haven.import_lines WHERE ${ofImport('$2')}
  )
  ORDER BY id FOR NO KEY UPDATE OF r
)
SELECT count(*) FROM locked`;

/**
 * Moves lines to the record that holds their value or, if none does, to the record of the last line with the value.
 * That record must be new: a live one has just lost the value, so it is not replaced.
 */
const ASSIGN_HOLDERS = `
WITH value AS MATERIALIZED (
  SELECT l.line, l.record_id, k.key FROM haven.import_lines AS l
  CROSS JOIN LATERAL haven.index_keys($3::jsonb, l.record_id, 1, l.data, now(), now()) AS k
  WHERE l.tenant_id = haven.current_tenant() AND l.import_id = $2 AND k.is_unique
), chosen AS MATERIALIZED (
  SELECT last.key, coalesce(
    (
      SELECT u.record_id FROM haven.unique_entries AS u
      WHERE u.tenant_id = haven.current_tenant() AND u.collection_id = $1 AND u.index_id = $4 AND u.hash = last.key LIMIT 1
    ),
    CASE WHEN EXISTS (
      SELECT FROM haven.records AS r
      WHERE r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = last.record_id
    ) THEN gen_random_uuid() ELSE last.record_id END
  ) AS record_id
  FROM (SELECT DISTINCT ON (key) key, record_id FROM value ORDER BY key, line DESC) AS last
), moved AS (
  DELETE FROM haven.import_lines AS l USING value JOIN chosen USING (key)
  WHERE l.tenant_id = haven.current_tenant() AND l.import_id = $2 AND l.line = value.line
    AND value.record_id <> chosen.record_id
  RETURNING l.line, chosen.record_id, l.data
), again AS (
  INSERT INTO haven.import_lines (import_id, line, record_id, data) SELECT $2, line, record_id, data FROM moved
  RETURNING line
)
SELECT count(*) FROM again`;

/** Sets the time that a record gets: that of the transaction, or that of its last change, if that is later. */
const SET_TIMES = `
WITH timed AS (
  DELETE FROM haven.import_lines AS l
  WHERE l.tenant_id = haven.current_tenant() AND l.import_id = $2 AND strpos(l.data::text, $3::text) > 0
  RETURNING l.line, l.record_id, l.data
)
INSERT INTO haven.import_lines (import_id, line, record_id, data)
SELECT $2, line, record_id, replace(
  timed.data::text, $3::text, ${timeText('greatest(now()::timestamptz(3), r.updated_at)')}
)::jsonb
FROM timed LEFT JOIN haven.records AS r
  ON r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = timed.record_id`;

const KEEP_LAST = `
DELETE FROM haven.import_lines WHERE ${ofImport('$1')} AND line = ANY(ARRAY(
  SELECT line FROM (
    SELECT line, row_number() OVER (PARTITION BY record_id ORDER BY line DESC) AS place
    FROM haven.import_lines WHERE ${ofImport('$1')}
  ) AS lines WHERE place > 1
))`;

const REMOVE_ALL = `DELETE FROM haven.import_lines WHERE ${ofImport('$1')}`;

/** The last line of each record. */
const LAST = `
SELECT DISTINCT ON (record_id) record_id, line FROM haven.import_lines WHERE ${ofImport('$2')}
ORDER BY record_id, line DESC`;

const LIVING_ROW =
  'r.tenant_id = haven.current_tenant() AND r.collection_id = $1 AND r.id = record_id AND r.data IS NOT NULL';

const COUNT = `
SELECT (SELECT count(*) FROM haven.import_lines WHERE ${ofImport('$2')}), count(*), count(r.id)
FROM (${LAST}) AS last LEFT JOIN haven.records AS r ON ${LIVING_ROW}`;

const LIVING = `
SELECT line FROM (${LAST}) AS last JOIN haven.records AS r ON ${LIVING_ROW} ORDER BY line`;
