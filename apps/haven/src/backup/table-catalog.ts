import type { ClientBase } from 'pg';

import type { SequenceState } from './backup-contents.js';

/** A table whose rows are backed up. */
export interface CatalogTable {
  readonly name: string;
  /** All columns but generated ones, whose values PostgreSQL computes. */
  readonly columns: readonly string[];
  /** Whether rows belong to tenants and row security protects them. */
  readonly isTenants: boolean;
  /** Estimated number of rows. */
  readonly estimate: number;
}

/**
 * Selects the tables in the order of their names. Only tables with rows of their own are included, so not a parent of
 * partitions. Tables that are not logged are excluded, because PostgreSQL empties them after a crash. So are TypeORM's
 * list of migrations, because running these migrations fills it, and the searched text, which is built from the
 * records.
 */
const TABLES = `
SELECT c.relname AS name, c.relrowsecurity AS "isTenants", greatest(0, c.reltuples)::float8 AS estimate, (
  SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute AS a
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
) AS columns
FROM pg_class AS c
WHERE c.relnamespace = to_regnamespace('haven') AND c.relkind = 'r' AND c.relpersistence = 'p'
  AND c.relname NOT IN ('migrations', 'search_documents')
ORDER BY c.relname`;

export async function readTables(client: ClientBase): Promise<CatalogTable[]> {
  return (await client.query<CatalogTable>(TABLES)).rows;
}

/** Selects the sequences of identity columns, as identifiers that can be used in a statement. */
const SEQUENCES = `
SELECT t.relname AS table, a.attname AS column, s.oid::regclass::text AS sequence
FROM pg_class AS s
JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
  AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
JOIN pg_class AS t ON t.oid = d.refobjid
JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND s.relnamespace = to_regnamespace('haven')
ORDER BY 1, 2`;

/**
 * Reads the states of the sequences of identity columns. They are not part of a snapshot, so read them after taking the
 * snapshot: they are then at or after all numbers in its rows.
 */
export async function readSequences(client: ClientBase): Promise<SequenceState[]> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(SEQUENCES);
  const states: SequenceState[] = [];
  for (const { table, column, sequence } of rows) {
    const { rows: found } = await client.query<{ value: string; isCalled: boolean }>(
      `SELECT last_value::text AS value, is_called AS "isCalled" FROM ${sequence}`,
    );
    for (const { value, isCalled } of found) states.push({ table, column, value, isCalled });
  }
  return states;
}

/** Returns a table's name for a statement. */
export function tableName(client: ClientBase, name: string): string {
  return `haven.${client.escapeIdentifier(name)}`;
}

/** Returns columns as a list in parentheses. */
export function columnList(client: ClientBase, columns: readonly string[]): string {
  return `(${columns.map((column) => client.escapeIdentifier(column)).join(', ')})`;
}
