import { indexKeyBytes, maxPartBytes } from '@haven/query';
import type { FieldPath, IndexMember, IndexRanges, Measure } from '@haven/query';

import type { FieldSelection } from '../domain/record-reader.js';
import { isDeclared, rangesSql, recordOfEntry } from './entries-sql.js';
import { isWholeSql, partBytesSql } from './key-parts-sql.js';
import { momentSql } from './moment-sql.js';
import { filterSql } from './query-sql.js';
import { pathSql } from './sort-functions.js';
import { inLayers } from './sql-layers.js';
import type { Layer } from './sql-layers.js';

/** A member of an index whose values a query uses. */
export interface EntryField {
  readonly path: FieldPath;
  readonly member: IndexMember;
  /** Place of the member in the index, with which the names of its columns end. */
  readonly place: number;
  readonly uses: ReadonlySet<'group' | Measure['kind']>;
}

/** The entries that are read. */
export interface EntryRows {
  readonly collectionId: number;
  readonly selection: FieldSelection;
  /** Entries of exactly the records that the filter of the selection matches. */
  readonly entries: IndexRanges;
  readonly fields: readonly EntryField[];
  /** Whether entries with equal keys are read as one row with their number, so that a key is decoded only once. */
  readonly isCounted: boolean;
}

/**
 * Maximum number of records changed since a moment for which the entries of the others are read. If there are more, all
 * records are read.
 */
const MANY_CHANGES = 50_000;

/**
 * Returns a query for the values of the members of an index, from its entries. Its columns are the number `n` of
 * records, and for each field at place `i` the part `p<i>` of the key and the value `j<i>`. The value is NULL if the
 * part contains the whole value, or if the query does not need more of it. An entry that does not contain the whole
 * value leads to the record.
 */
export function entryRowsSql(rows: EntryRows, params: unknown[]): string {
  const { collectionId, selection, fields } = rows;
  if (!selection.moment) return rowsOfEntriesSql(rows, 'TRUE', params);
  const { touched, unchanged, changed } = momentSql(collectionId, selection.moment, params);
  const found = filterSql(selection.filter, params);
  // An array has an unknown number of elements, so the planner always makes a hash table of them.
  const untouched = `NOT (SELECT many FROM size) AND record_id NOT IN (SELECT unnest(ARRAY(SELECT id FROM touched)))`;
  const ofRecords = (from: string): string =>
    `SELECT 1::bigint AS n${partNames(fields)} FROM (${partsOfRecordSql(fields, from)}) AS record`;
  return `WITH touched AS MATERIALIZED (
  ${touched} LIMIT ${MANY_CHANGES + 1}
), size AS MATERIALIZED (SELECT count(*) > ${MANY_CHANGES} AS many FROM touched)
${rowsOfEntriesSql(rows, untouched, params)}
UNION ALL
${ofRecords(`haven.live_records WHERE collection_id = ${collectionId} AND (SELECT many FROM size) AND ${unchanged} AND ${found}`)}
UNION ALL
${ofRecords(`${changed} WHERE ${found}`)}`;
}

/**
 * Returns a query for the same columns without looking up any record, and for the column `partial`: whether an entry
 * may not contain the values that the query needs. Returns undefined if all of them do.
 */
export function partialRowsSql(rows: EntryRows, params: unknown[]): string | undefined {
  const isPartial = partialSql(rows);
  return (
    isPartial && `SELECT ${ownColumns(rows)}, ${isPartial} AS partial FROM (${partsSql(rows, 'TRUE', params)}) AS part`
  );
}

/** Returns the rows of the entries that satisfy a condition on the columns of `haven.live_entries`. */
function rowsOfEntriesSql(rows: EntryRows, condition: string, params: unknown[]): string {
  const { collectionId, entries, fields, isCounted } = rows;
  const parts = partsSql(rows, condition, params);
  const isPartial = partialSql(rows);
  if (!isPartial) return `SELECT ${ownColumns(rows)} FROM (${parts}) AS part`;
  const columns = fields.map(
    ({ place }) => `, CASE WHEN r.found THEN r.p${place} ELSE part.p${place} END AS p${place}, r.j${place}`,
  );
  const equal = `FROM haven.live_entries WHERE collection_id = ${collectionId} AND index_id = ${entries.index.id} AND key = part.key`;
  const found = isCounted ? `record_id ${equal} AND ${condition} AND` : 'part.record_id WHERE';
  const lookup = `(
    SELECT ${found} ${isPartial} OFFSET 0
  ) AS e CROSS JOIN LATERAL ${recordOfEntry({ columns: 'data', collectionId, condition: 'TRUE' })}`;
  return `SELECT CASE WHEN r.found THEN 1 ELSE part.n END AS n${columns.join('')}
FROM (${parts}) AS part LEFT JOIN LATERAL (
  SELECT TRUE AS found${partNames(fields)} FROM (${partsOfRecordSql(fields, lookup)}) AS record OFFSET 0
) AS r ON TRUE`;
}

function ownColumns({ fields }: EntryRows): string {
  return `n${fields.map(({ place }) => `, p${place}, NULL::jsonb AS j${place}`).join('')}`;
}

/**
 * Returns a query for the keys and the parts of the fields in them. Each layer finds the offset `o<i>` of the next
 * member, which follows the part of the one before it. A key that may have been cut has no offsets.
 */
function partsSql(rows: EntryRows, condition: string, params: unknown[]): string {
  const { collectionId, entries, fields, isCounted } = rows;
  const { index } = entries;
  const ranges = rangesSql(entries, collectionId, params);
  const read = `FROM ${ranges} WHERE ${isDeclared(collectionId, index.id, params)} AND ${condition}`;
  if (fields.length === 0) return `SELECT count(*) AS n ${read}`;
  // Without ORDER BY, the planner reads the whole table if it expects most entries to be in this index.
  const inOrder = entries.ranges.length === 1 ? 'ORDER BY key' : '';
  const keys = isCounted
    ? `SELECT key, count(*) AS n FROM (SELECT key ${read} ${inOrder} OFFSET 0) AS entry GROUP BY key`
    : `SELECT key, 1::bigint AS n, record_id ${read} ${inOrder}`;
  const end = Math.min(Math.max(...fields.map(({ place }) => place)) + 1, index.members.length - 1);
  const start = mayBeCut(index) ? `CASE WHEN octet_length(key) < ${indexKeyBytes} THEN 0 END` : '0';
  const layers = index.members.slice(0, end).map((member, place): Layer => {
    const offset = place === 0 ? start : `o${place}`;
    return { [`o${place + 1}`]: `${offset} + ${partBytesSql('key', offset, member)}` };
  });
  const columns = fields.map(({ place }) => {
    const offset = place === 0 ? start : `o${place}`;
    const length = place === index.members.length - 1 ? '' : `, o${place + 1} - ${offset}`;
    return `, substr(key, ${offset} + 1${length}) AS p${place}`;
  });
  const id = isCounted ? '' : ', record_id';
  return `SELECT key, n${id}${columns.join('')} FROM (${inLayers(keys, layers)} OFFSET 0) AS keys OFFSET 0`;
}

/** Returns the condition that an entry may not contain the values that the query needs; undefined if each does. */
function partialSql({ entries: { index }, fields }: EntryRows): string | undefined {
  if (fields.length === 0) return undefined; // a count of records needs none
  const conditions = [
    ...(mayBeCut(index) ? [`octet_length(part.key) = ${indexKeyBytes}`] : []),
    ...fields.filter(needsWhole).map(({ member, place }) => `NOT ${isWholeSql(`part.p${place}`, member)}`),
  ];
  return conditions.length > 0 ? `(${conditions.join(' OR ')})` : undefined;
}

function mayBeCut({ members }: IndexRanges['index']): boolean {
  return members.reduce((sum, { field }) => sum + maxPartBytes(field), 0) > indexKeyBytes;
}

/** Whether the query needs values that a part may not contain: long texts, arrays and objects. */
function needsWhole({ uses }: EntryField): boolean {
  return (['group', 'distinct', 'leastString', 'greatestString'] as const).some((use) => uses.has(use));
}

/** Returns a query for the same columns, from the documents in the column `data` of a table expression. */
function partsOfRecordSql(fields: readonly EntryField[], from: string): string {
  const values = fields.map(({ path, place }) => `${pathSql(path)} AS v${place}`);
  const parts = fields.map(({ member, place }) => {
    const part = `haven.value_key(v${place})`;
    return `, ${member.direction === 'ascending' ? part : `haven.inverted_key(${part})`} AS p${place}`;
  });
  const columns = fields.map((field) => {
    const { member, place } = field;
    const value = needsWhole(field)
      ? `CASE WHEN NOT ${isWholeSql(`p${place}`, member)} THEN v${place} END`
      : 'NULL::jsonb';
    return `p${place}, ${value} AS j${place}`;
  });
  return `SELECT ${columns.join(', ')} FROM (
    SELECT *${parts.join('')} FROM (SELECT ${values.join(', ')} FROM ${from} OFFSET 0) AS extracted OFFSET 0
  ) AS encoded`;
}

function partNames(fields: readonly EntryField[]): string {
  return fields.map(({ place }) => `, p${place}, j${place}`).join('');
}
