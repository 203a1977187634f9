import { timeText } from '@haven/database';
import type { Statement } from '@haven/database';
import { printField, UTC } from '@haven/query';
import type { Field, FieldMeasure, GroupField, Measure, SystemField } from '@haven/query';

import { columnsOfRow } from '../domain/record-aggregates.js';
import type { GroupLimits, GroupMeasures } from '../domain/record-aggregates.js';
import type { FieldSelection } from '../domain/record-reader.js';
import { aggregateEntriesSql } from './aggregate-entries-sql.js';
import { bucketLayers, textInstants } from './bucket-sql.js';
import type { BucketField } from './bucket-sql.js';
import { selectionSql } from './selection-sql.js';
import { pathSql } from './sort-functions.js';
import { inLayers } from './sql-layers.js';
import type { Layer } from './sql-layers.js';
import { bind } from './sql-text.js';

/**
 * Returns the statement that groups the records of a selection. Its rows are `AggregateRow`s, at most one more than
 * `aggregateGroups`, and a last column: whether the row and those before it have at most `aggregateBytes`. The texts of
 * the others are left out.
 */
export function aggregateStatement(
  collectionId: number,
  selection: FieldSelection,
  measures: GroupMeasures,
  { aggregateGroups, aggregateBytes }: GroupLimits,
): Statement {
  const values: unknown[] = [];
  const groups =
    aggregateEntriesSql(collectionId, selection, measures, values) ??
    recordGroupsSql(collectionId, selection, measures, values);
  const columns = columnsOfRow(measures);
  const bytes = columns.map((name) => `coalesce(octet_length(${name}), 0)`).join(' + ');
  const maximum = bind(values, aggregateBytes, 'bigint');
  const text = `SELECT ${columns.map((name) => `CASE WHEN fits THEN ${name} END`).join(', ')}, fits FROM (
  SELECT *, sum(${bytes}) OVER (ROWS UNBOUNDED PRECEDING) <= ${maximum} AS fits FROM (
    SELECT * FROM (${groups}) AS groups LIMIT ${aggregateGroups + 1}
  ) AS bounded
) AS measured`;
  return { text, values };
}

/**
 * Returns a query for the groups of a selection, from the records. Each member is extracted once: `OFFSET 0` keeps the
 * planner from merging the subqueries, which would repeat the expressions.
 */
function recordGroupsSql(
  collectionId: number,
  selection: FieldSelection,
  { groupBy, measures, zones }: GroupMeasures,
  params: unknown[],
): string {
  const fields = new FieldColumns();
  const buckets: Layer[] = [];
  const keys = groupBy.map(({ field, bucket }, place): Key => {
    if (!bucket) return { column: fields.value(field), type: 'jsonb' };
    const zone = zones.get(bucket.timeZone) ?? UTC;
    buckets.push(...layersOfBucket({ place, unit: bucket.unit, zone }, field, fields, params));
    return { column: `g${place}`, type: 'bigint' };
  });
  const columns = measures.map((measure) => ({
    sql: measureSql(measure, keys, groupBy, fields),
    isDistinct: measure.kind === 'distinct',
  }));
  const extracted = selectionSql(fields.extractions, collectionId, selection, params);
  return groupsSql(inLayers(extracted, [fields.conversions, ...buckets]), { keys, columns });
}

interface GroupedColumns {
  /** The columns of the group fields. */
  readonly keys: readonly Key[];
  /** The aggregate expressions of the measures, or for `distinct` the column whose values are counted. */
  readonly columns: readonly { readonly sql: string; readonly isDistinct: boolean }[];
}

/** A column by which rows are grouped, and how it is printed. */
interface Key {
  readonly column: string;
  readonly type: 'jsonb' | 'bigint';
}

/**
 * Groups a source. Different values are counted by grouping them in a hash table, because sorting the values of each
 * group, as `count(DISTINCT …)` does, took 5 times longer. The counts are merged with the other measures by key.
 */
function groupsSql(source: string, { keys, columns }: GroupedColumns): string {
  const keyColumns = keys.map(({ column }, place) => `${column} AS key${place}`);
  const groupBy = keys.length > 0 ? `GROUP BY ${keys.map((_, place) => `key${place}`).join(', ')}` : '';
  const printed = keys.map(({ type }, place) => `key${place}::${type}::text AS k${place}`);
  const plain = columns.map(({ sql, isDistinct }, index) => `${isDistinct ? 'NULL' : sql}::text AS m${index}`);
  const measured = `SELECT ${[...keyColumns, ...plain].join(', ')} FROM source ${groupBy}`;
  const counted = columns.flatMap(({ sql, isDistinct }, place) => {
    if (!isDistinct) return [];
    const different = `SELECT DISTINCT ${[...keyColumns, `${sql} AS member`].join(', ')} FROM source WHERE ${sql} IS NOT NULL`;
    const counts = columns.map((_, index) => (index === place ? 'count(*)::text' : 'NULL'));
    const keyNames = keys.map((_, index) => `key${index}`);
    return [`SELECT ${[...keyNames, ...counts].join(', ')} FROM (${different}) AS different ${groupBy}`];
  });
  const isMerged = counted.length > 0;
  const results = columns.map((_, index) => (isMerged ? `max(m${index}) AS m${index}` : `m${index}`));
  return `WITH source AS ${isMerged ? 'MATERIALIZED' : 'NOT MATERIALIZED'} (${source})
    SELECT ${[...printed, ...results].join(', ')}
    FROM (${[measured, ...counted].join('\n    UNION ALL ')}) AS groups ${isMerged ? groupBy : ''}`;
}

/** Returns the expression of a measure over the columns of a source. */
function measureSql(
  measure: Measure,
  keys: readonly Key[],
  groupBy: readonly GroupField[],
  fields: FieldColumns,
): string {
  switch (measure.kind) {
    case 'records':
      return 'count(*)';
    case 'unbucketed': {
      const group = groupBy[measure.group];
      const key = keys[measure.group];
      if (!group || !key) throw new Error('A bucket belongs to a group field.');
      return `count(${fields.value(group.field)}) FILTER (WHERE ${key.column} IS NULL)`;
    }
    case 'percentile':
      return `percentile_cont(${measure.fraction}) WITHIN GROUP (ORDER BY ${fields.double(measure.field)})`;
    default:
      return fieldMeasureSql(measure.kind, measure.field, fields);
  }
}

function fieldMeasureSql(kind: FieldMeasure, field: Field, fields: FieldColumns): string {
  switch (kind) {
    case 'present':
      return `count(${fields.value(field)})`;
    case 'numbers':
      return `count(${fields.number(field)})`;
    case 'strings':
      return `count(${fields.text(field)})`;
    case 'distinct':
      return fields.value(field);
    case 'sum':
      return `sum(${fields.number(field)})`;
    case 'leastNumber':
      return `min(${fields.number(field)})`;
    case 'greatestNumber':
      return `max(${fields.number(field)})`;
    case 'leastString':
      return `min(${fields.text(field)})`;
    case 'greatestString':
      return `max(${fields.text(field)})`;
  }
}

/**
 * The columns of the source that the keys and measures use. Each method returns the name of a column: the value of a
 * field, which is NULL if it is missing or null, or the value as one type, which is NULL for other types.
 */
class FieldColumns {
  private readonly names = new Map<string, number>();
  private readonly extracted = new Map<string, string>();
  private readonly converted = new Map<string, string>();

  /** The value as `jsonb`. */
  value(field: Field): string {
    const column = this.name('v', field);
    this.extracted.set(column, valueSql(field));
    return column;
  }

  number(field: Field): string {
    return this.convert('n', field, (value) => `CASE jsonb_typeof(${value}) WHEN 'number' THEN ${value}::numeric END`);
  }

  double(field: Field): string {
    return this.convert('d', field, (value) => `CASE jsonb_typeof(${value}) WHEN 'number' THEN ${value}::float8 END`);
  }

  text(field: Field): string {
    return this.convert(
      's',
      field,
      (value) => `(CASE jsonb_typeof(${value}) WHEN 'string' THEN ${value} #>> '{}' END) COLLATE "C"`,
    );
  }

  /** A column of records, computed when they are read. */
  extract(name: string, sql: string): string {
    this.extracted.set(name, sql);
    return name;
  }

  /** The expressions of the columns that are computed when records are read. */
  get extractions(): string {
    const columns = [...this.extracted].map(([name, sql]) => `${sql} AS ${name}`);
    return columns.length > 0 ? columns.join(', ') : 'TRUE AS found';
  }

  /** The columns that are computed from these. */
  get conversions(): Layer {
    return Object.fromEntries(this.converted);
  }

  private convert(prefix: string, field: Field, toSql: (value: string) => string): string {
    const column = this.name(prefix, field);
    this.converted.set(column, toSql(this.value(field)));
    return column;
  }

  private name(prefix: string, field: Field): string {
    const key = printField(field);
    const number = this.names.get(key) ?? this.names.size;
    this.names.set(key, number);
    return `${prefix}${number}`;
  }
}

/** System fields have the values that they have in JSON. */
function valueSql(field: Field): string {
  return 'path' in field ? `nullif(${pathSql(field.path)}, 'null'::jsonb)` : systemValues[field.system];
}

const systemValues: Record<SystemField, string> = {
  id: 'to_jsonb(id::text)',
  version: 'to_jsonb(version)',
  createdAt: `to_jsonb(${timeText('created_at')})`,
  updatedAt: `to_jsonb(${timeText('updated_at')})`,
};

/**
 * Returns the layers that compute the column `g` of a bucket. System times are instants already; other values have to
 * be strings.
 */
function layersOfBucket(bucket: BucketField, field: Field, fields: FieldColumns, params: unknown[]): Layer[] {
  const { place } = bucket;
  if ('system' in field) {
    const column = field.system === 'updatedAt' ? 'updated_at' : 'created_at';
    fields.extract(`t${place}`, `floor(date_part('epoch', ${column}))`);
    return bucketLayers(bucket, false, params);
  }
  return [textInstants(place, fields.text(field), params), ...bucketLayers(bucket, true, params)];
}
