import { invalid, isJsonObject, limitExceeded, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { codePointLength, isStorableText } from '../code-points.js';
import type { QueryLimits } from '../limits.js';
import { parseField, printField } from '../path.js';
import type { Field } from '../path.js';
import { AGGREGATE_FUNCTIONS, BUCKETS } from './aggregate-query.js';
import type { AggregateFunction, AggregateQuery, Computation, ComputedColumn, GroupField } from './aggregate-query.js';
import { measuresOf } from './column-value.js';
import { parseGroupSort } from './group-sort.js';
import { parseHaving } from './having.js';
import { isTimeZoneName } from './time-zone.js';

/** An aggregate as clients write it, without the filter of its records. Null stands for an absent member. */
export interface AggregateInput {
  readonly groupBy?: JsonValue | undefined;
  readonly compute?: JsonValue | undefined;
  readonly having?: JsonValue | undefined;
  readonly sort?: string | readonly string[] | null | undefined;
  readonly limit?: number | null | undefined;
}

/** Default of the number of groups that are returned. */
export const DEFAULT_GROUPS = 100;

/** Limits on one aggregate, from the `limits` section of the configuration. */
export interface AggregateLimits extends QueryLimits {
  readonly groupByFields: number;
  readonly aggregateColumns: number;
  readonly aggregateGroups: number;
}

const COLUMN_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const MAX_GROUP_NAME = 256;
const GROUP_MEMBERS = ['path', 'bucket', 'timeZone', 'name'];
const FUNCTIONS = AGGREGATE_FUNCTIONS.join(', ');

/**
 * Parses an aggregate. Throws `AGGREGATE_INVALID` if it is malformed and `LIMIT_EXCEEDED` if it exceeds a limit, with a
 * JSON Pointer into the input.
 */
export function parseAggregate(input: AggregateInput, limits: AggregateLimits): AggregateQuery {
  const groupBy = parseGroupBy(input.groupBy ?? [], limits);
  const compute = parseCompute(input.compute ?? {}, limits);
  if (groupBy.length === 0 && compute.length === 0)
    throw invalid('AGGREGATE_INVALID', '', 'must have groupBy or compute, such as {"compute": {"n": "count"}}');
  const columns = compute.map(({ name }) => name);
  const groups = groupBy.map(({ name }) => name);
  requireUnique(groups, columns);
  return {
    groupBy,
    compute,
    having: parseHaving(input.having ?? {}, columns, limits),
    sort: parseGroupSort(input.sort ?? [], [...columns, ...groups]),
    limit: parseLimit(input.limit, limits),
    measures: measuresOf(groupBy, compute),
  };
}

function parseGroupBy(json: JsonValue, { groupByFields }: AggregateLimits): GroupField[] {
  if (!Array.isArray(json)) throw refuse('/groupBy', 'must be a list of paths and objects with a path');
  if (json.length > groupByFields) throw limitExceeded('limits.groupByFields', groupByFields, '/groupBy');
  return json.map((item, index) => parseGroup(item, `/groupBy/${index}`));
}

function parseGroup(item: JsonValue, pointer: string): GroupField {
  if (typeof item === 'string') return { name: groupName(item, pointer), field: fieldAt(item, pointer) };
  if (!isJsonObject(item))
    throw refuse(pointer, 'must be a path, or an object such as {"path": "due", "bucket": "month"}');
  refuseUnknown(item, pointer);
  const { path } = item;
  if (typeof path !== 'string') throw refuse(`${pointer}/path`, 'must be a path, such as "genre"');
  const field = fieldAt(path, `${pointer}/path`);
  const name = groupName(item['name'] ?? path, `${pointer}/name`);
  const bucket = parseBucket(item, field, pointer);
  return { name, field, ...(bucket && { bucket }) };
}

function parseBucket(item: JsonObject, field: Field, pointer: string): GroupField['bucket'] {
  const timeZone = item['timeZone'] ?? undefined;
  if (item['bucket'] == null) {
    if (timeZone !== undefined) throw refuse(`${pointer}/timeZone`, 'must stand beside a bucket, such as "day"');
    return undefined;
  }
  const unit = BUCKETS.find((one) => one === item['bucket']);
  if (!unit) throw refuse(`${pointer}/bucket`, `must be one of ${BUCKETS.join(', ')}`);
  if ('system' in field && (field.system === 'id' || field.system === 'version'))
    throw refuse(`${pointer}/bucket`, `must not be set for ${printField(field)}, which is not a time`);
  if (timeZone === undefined) return { unit, timeZone: 'UTC' };
  if (typeof timeZone !== 'string' || !isTimeZoneName(timeZone))
    throw refuse(`${pointer}/timeZone`, 'must be the name of an IANA time zone, such as "Europe/Oslo" or "UTC"');
  return { unit, timeZone };
}

function groupName(name: JsonValue, pointer: string): string {
  if (typeof name !== 'string' || name === '') throw refuse(pointer, 'must be a text that is not empty');
  if (name === '__proto__' || !isStorableText(name))
    throw refuse(pointer, 'must not be "__proto__" or contain U+0000 or a lone surrogate');
  if (pointer.endsWith('/name') && codePointLength(name) > MAX_GROUP_NAME)
    throw refuse(pointer, `must have at most ${MAX_GROUP_NAME} characters`);
  return name;
}

function parseCompute(json: JsonValue, { aggregateColumns }: AggregateLimits): ComputedColumn[] {
  if (!isJsonObject(json)) throw refuse('/compute', 'must be an object such as {"total": {"sum": "price"}}');
  const members = Object.entries(json);
  if (members.length > aggregateColumns) throw limitExceeded('limits.aggregateColumns', aggregateColumns, '/compute');
  return members.map(([name, computation]) => {
    const pointer = pointerTo('/compute', name);
    if (!COLUMN_NAME.test(name))
      throw refuse(pointer, 'must be named by a letter, then at most 63 letters, digits and "_"');
    return { name, ...parseComputation(computation, pointer) };
  });
}

function parseComputation(json: JsonValue, pointer: string): Computation {
  if (json === 'count') return { function: 'count' };
  const members = isJsonObject(json) ? Object.entries(json) : [];
  const [member, ...others] = members;
  if (!member || others.length > 0)
    throw refuse(pointer, `must be "count", or an object with one function (${FUNCTIONS}) and its path`);
  const [text, operand] = member;
  const name = AGGREGATE_FUNCTIONS.find((one) => one === text);
  if (!name) throw refuse(pointerTo(pointer, text), `must be one of ${FUNCTIONS}`);
  const at = `${pointer}/${name}`;
  return name === 'percentile'
    ? parsePercentile(operand, at)
    : { function: name, field: operandField(name, operand, at) };
}

function operandField(name: AggregateFunction, operand: JsonValue, pointer: string): Field {
  if (typeof operand !== 'string') throw refuse(pointer, `must be a path, as in {"${name}": "price"}`);
  return fieldAt(operand, pointer);
}

function parsePercentile(operand: JsonValue, pointer: string): Computation {
  const [path, fraction, ...others] = Array.isArray(operand) ? operand : [];
  if (typeof path !== 'string' || fraction === undefined || others.length > 0)
    throw refuse(pointer, 'must be a path and a number from 0 to 1, as in {"percentile": ["price", 0.95]}');
  if (typeof fraction !== 'number' || fraction < 0 || fraction > 1)
    throw refuse(`${pointer}/1`, 'must be a number from 0 to 1');
  return { function: 'percentile', field: fieldAt(path, `${pointer}/0`), fraction };
}

function parseLimit(limit: number | null | undefined, { aggregateGroups }: AggregateLimits): number {
  if (limit == null) return Math.min(DEFAULT_GROUPS, aggregateGroups);
  if (limit < 1) throw invalid('VALIDATION_FAILED', '/limit', 'must be 1 or more');
  if (limit > aggregateGroups) throw limitExceeded('limits.aggregateGroups', aggregateGroups, '/limit');
  return limit;
}

function requireUnique(groups: readonly string[], columns: readonly string[]): void {
  for (const [index, name] of groups.entries()) {
    if (groups.indexOf(name) < index || columns.includes(name))
      throw refuse(`/groupBy/${index}`, `must have a name of its own; ${JSON.stringify(name)} is already a name`);
  }
}

function refuseUnknown(item: JsonObject, pointer: string): void {
  const unknown = Object.keys(item).find((name) => !GROUP_MEMBERS.includes(name));
  if (unknown === undefined) return;
  throw refuse(pointerTo(pointer, unknown), `is not a member of a group field; use ${GROUP_MEMBERS.join(', ')}`);
}

function fieldAt(path: string, pointer: string): Field {
  return parseField(path, { code: 'AGGREGATE_INVALID', pointer });
}

function refuse(pointer: string, detail: string) {
  return invalid('AGGREGATE_INVALID', pointer, detail);
}
