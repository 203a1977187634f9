import type { ObjectType, ValueType } from '@haven/record-types';

import { aggregateFields, isNumeric } from '../schema/aggregate-fields.js';

/** A member becomes a field of five types: of the object, its `where`, its `orderBy`, its input and its patch. */
const TYPES_OF_MEMBER = 5;

/**
 * A field of aggregates is in five types: an enum, values, counts, conditions and an order; a number in another one.
 */
const TYPES_OF_AGGREGATE_FIELD = 5;

/** Estimates how many fields the schema of these types has, without building it. */
export function estimatedFields(records: readonly ObjectType[]): number {
  const seen = new Set<ValueType>();
  const types: ValueType[] = [...records];
  let members = 0;
  for (let type = types.pop(); type; type = types.pop()) {
    if (seen.has(type)) continue;
    seen.add(type);
    if (type.kind === 'object') {
      members += type.members.length;
      types.push(...type.members.map((member) => member.type));
    } else if (type.kind === 'list') types.push(type.of);
    else if (type.kind === 'union') types.push(...type.types.values());
    else members += (type.values?.values.size ?? 0) / TYPES_OF_MEMBER;
  }
  return Math.ceil(members * TYPES_OF_MEMBER) + records.reduce((sum, record) => sum + aggregateSize(record), 0);
}

function aggregateSize(record: ObjectType): number {
  const fields = aggregateFields(record);
  return fields.length * TYPES_OF_AGGREGATE_FIELD + fields.filter(isNumeric).length;
}
