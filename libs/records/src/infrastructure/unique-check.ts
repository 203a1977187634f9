import { WriteConflict } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { sqlState } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

import { conflictsOf, DuplicateValues } from '../domain/duplicate-values.js';
import type { HeldValue, ValueConflict } from '../domain/duplicate-values.js';
import { definitionsText } from './index-definitions.js';

const CONSTRAINT = 'unique_entries_value';

/**
 * Statements that check the constraint on unique values before the transaction ends, and wait for concurrent
 * transactions that have written the same values. A failure leaves the transaction usable after `UNDO_CHECK`. The
 * constraint is deferred again afterwards, because the transaction may write more.
 */
const CHECK_UNIQUE: readonly Statement[] = [
  { name: 'unique.begin', text: 'SAVEPOINT unique_check', values: [] },
  { name: 'unique.check', text: `SET CONSTRAINTS haven.${CONSTRAINT} IMMEDIATE`, values: [] },
  { name: 'unique.defer', text: `SET CONSTRAINTS haven.${CONSTRAINT} DEFERRED`, values: [] },
  { name: 'unique.end', text: 'RELEASE SAVEPOINT unique_check', values: [] },
];

const UNDO_CHECK: Statement = { name: 'unique.undo', text: 'ROLLBACK TO SAVEPOINT unique_check', values: [] };

/** Whether a statement or the commit failed because two records would hold one value of a unique index. */
export function isDuplicateValue(error: unknown): boolean {
  return sqlState(error) === '23505' && error instanceof Error && Reflect.get(error, 'constraint') === CONSTRAINT;
}

/** Sends statements in the open transaction, in one round trip. */
type Send = (statements: readonly Statement[]) => Promise<TextRow[][]>;

/**
 * Sends statements that write the records with these ids, in this order, and checks the values of unique indexes.
 * Throws `DuplicateValues` if other records hold one of them.
 */
export function writeChecked(
  send: Send,
  { id, indexes }: { readonly id: number; readonly indexes: readonly IndexDefinition[] },
  statements: readonly Statement[],
  recordIds: readonly string[],
): Promise<TextRow[][]> {
  const unique = indexes.filter((index) => index.unique);
  if (unique.length === 0 || recordIds.length === 0) return send(statements);
  return checked(send, statements, async () => {
    const [, rows = []] = await send([UNDO_CHECK, valuesOfRecords(id, unique, recordIds)]);
    return conflictsInRows(rows, recordIds);
  });
}

/** Like `writeChecked`, for statements that write all lines of a spooled import. */
export function writeSpoolChecked(
  send: Send,
  { id, indexes }: { readonly id: number; readonly indexes: readonly IndexDefinition[] },
  statements: readonly Statement[],
  importId: string,
): Promise<TextRow[][]> {
  if (!indexes.some(({ unique }) => unique)) return send(statements);
  return checked(send, statements, async () => {
    const [, duplicates = []] = await send([UNDO_CHECK, duplicatesIn(id)]);
    const values = duplicates.flatMap(([indexId, hash, recordIds]): HeldValue[] =>
      (JSON.parse(recordIds ?? '[]') as string[]).map((recordId) => ({
        indexId: Number(indexId),
        hash: hash ?? '',
        recordId,
      })),
    );
    const [rows = []] = await send([lastLines(importId, [...new Set(values.map(({ recordId }) => recordId))])]);
    const lines = new Map(rows.map(([recordId, line]) => [recordId ?? '', Number(line)]));
    const lineOf = ({ recordId }: { recordId: string }) => lines.get(recordId) ?? 0;
    const written = values.filter(({ recordId }) => lines.has(recordId));
    return conflictsOf(
      written.toSorted((one, other) => lineOf(one) - lineOf(other)),
      values.filter(({ recordId }) => !lines.has(recordId)),
    ).map((conflict) => ({ ...conflict, line: lineOf(conflict) }));
  });
}

async function checked(
  send: Send,
  statements: readonly Statement[],
  find: () => Promise<ValueConflict[]>,
): Promise<TextRow[][]> {
  try {
    return await send([...statements, ...CHECK_UNIQUE]);
  } catch (error) {
    if (!isDuplicateValue(error)) throw error;
    const conflicts = await find();
    if (conflicts.length === 0) throw new WriteConflict('The record that held the value has just lost it.');
    throw new DuplicateValues(conflicts);
  }
}

/**
 * Finds the values that records have in unique indexes, and for each of them one other record that holds it. Row
 * security hides the detail of a violated constraint, so the error of the check does not have them.
 */
function valuesOfRecords(
  collectionId: number,
  indexes: readonly IndexDefinition[],
  recordIds: readonly string[],
): Statement {
  return {
    name: 'unique.values',
    text: `SELECT value.index_id, encode(value.key, 'hex'), r.id, other.record_id
           FROM haven.live_records AS r
           CROSS JOIN LATERAL haven.index_keys($3::jsonb, r.id, r.version, r.data, r.created_at, r.updated_at) AS value
           LEFT JOIN LATERAL (
             SELECT record_id FROM haven.held_values
             WHERE collection_id = $1 AND index_id = value.index_id AND hash = value.key AND record_id <> ALL($2::uuid[])
             LIMIT 1
           ) AS other ON TRUE
           WHERE r.collection_id = $1 AND r.id = ANY($2::uuid[]) AND value.is_unique`,
    values: [collectionId, recordIds, definitionsText(indexes)],
  };
}

/**
 * Returns the conflicts in the rows of `valuesOfRecords`, for records that were written in the order of `recordIds`.
 */
function conflictsInRows(rows: readonly TextRow[], recordIds: readonly string[]): ValueConflict[] {
  const positions = new Map(recordIds.map((id, position) => [id, position]));
  const positionOf = ({ recordId }: HeldValue) => positions.get(recordId) ?? 0;
  const written: HeldValue[] = [];
  const foreign: HeldValue[] = [];
  for (const [indexId, hash, recordId, other] of rows) {
    const value = { indexId: Number(indexId), hash: hash ?? '' };
    written.push({ ...value, recordId: recordId ?? '' });
    if (other != null) foreign.push({ ...value, recordId: other });
  }
  return conflictsOf(
    written.toSorted((one, another) => positionOf(one) - positionOf(another)),
    foreign,
  );
}

/**
 * Finds all values of a collection that several records hold. Before the transaction there were none, so it has written
 * them. Reads all values of the collection, so it is meant for imports that have written very many.
 */
function duplicatesIn(collectionId: number): Statement {
  return {
    name: 'unique.duplicates',
    text: `SELECT index_id, encode(hash, 'hex'), to_json(array_agg(record_id))
           FROM haven.held_values WHERE collection_id = $1
           GROUP BY index_id, hash HAVING count(*) > 1 LIMIT 100000`,
    values: [collectionId],
  };
}

/** Finds the last line of each of these records in a spooled import. */
function lastLines(importId: string, recordIds: readonly string[]): Statement {
  return {
    name: 'unique.lines',
    text: `SELECT record_id, max(line) FROM haven.import_lines
           WHERE tenant_id = haven.current_tenant() AND import_id = $1 AND record_id = ANY($2::uuid[]) GROUP BY record_id`,
    values: [importId, recordIds],
  };
}
