import { getNamedType, isEnumType, isInputObjectType } from 'graphql';
import type { GraphQLInputField, GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import { invalid, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';
import type { AggregateFunction } from '@haven/query';

import { inputSourceOf } from '../extensions.js';
import type { AggregateColumns, NamedField } from './aggregate-columns.js';
import { operatorsOf, withDateTimes } from './filter.js';
import { inputFieldOf, objectTypeOf } from './input-value.js';
import type { InputValue } from './input-value.js';

/** Where in an argument a value is, and the columns that it may name. */
interface Place {
  readonly columns: AggregateColumns;
  readonly pointer: string;
}

/**
 * Translates a `groupBy` argument to that of the generic field, and adds its fields to the columns. Throws
 * `AGGREGATE_INVALID` for a field that is named twice. Whatever else is wrong, the generic field finds.
 */
export function toGroupBy(
  groupBy: readonly InputValue[],
  type: GraphQLInputType,
  columns: AggregateColumns,
): JsonObject[] {
  const fieldType = inputFieldOf(objectTypeOf(type), 'field').type;
  return groupBy.map(({ field, bucket, timeZone }, index) => {
    const { name, path } = namedField(field, fieldType);
    if (groupBy.findIndex((item) => item['field'] === field) < index)
      throw invalid('AGGREGATE_INVALID', `/groupBy/${index}/field`, 'must not be the field of another item');
    return {
      path,
      name: columns.addKey({ name, path }),
      ...(bucket != null && { bucket: bucket as string }), // a value of the enum `DateBucket`
      ...(timeZone != null && { timeZone: timeZone as string }), // coerced to a string
    };
  });
}

/** Returns the field that a value of the enum of fields stands for. */
export function namedField(value: unknown, type: GraphQLInputType): NamedField {
  const named = getNamedType(type);
  const found = isEnumType(named) ? named.getValues().find((one) => one.value === value) : undefined;
  if (!found) throw new Error(`${String(type)} has no value ${String(value)}.`);
  return { name: found.name, path: String(found.value) };
}

/**
 * Translates a `having` argument to a filter of computed columns. Throws `AGGREGATE_INVALID`, with a pointer that
 * starts with `/having`, for a function or a field that is null or has no conditions.
 */
export function toHaving(having: InputValue, type: GraphQLInputType, columns: AggregateColumns): JsonObject {
  return havingOf(having, objectTypeOf(type), { columns, pointer: '/having' });
}

function havingOf(having: InputValue, type: GraphQLInputObjectType, { columns, pointer }: Place): JsonObject {
  const filter: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(having)) {
    const field = inputFieldOf(type, name);
    const place = { columns, pointer: pointerTo(pointer, name) };
    if (inputSourceOf(field).kind === 'logic') filter[name] = logicOf(value, type, place);
    else Object.assign(filter, conditionsOf(field, value, place));
  }
  return filter;
}

/** The filter's parser refuses null. */
function logicOf(value: unknown, type: GraphQLInputObjectType, { columns, pointer }: Place): JsonValue {
  if (Array.isArray(value))
    return value.map((part: InputValue, index) =>
      havingOf(part, type, { columns, pointer: pointerTo(pointer, index) }),
    );
  return value === null ? null : havingOf(value as InputValue, type, { columns, pointer }); // graphql-js coerced it
}

/** Returns the conditions on the values of a function, by the names of the columns. */
function conditionsOf({ name, type }: GraphQLInputField, value: unknown, { columns, pointer }: Place): JsonObject {
  const functions = presentConditions(value, pointer);
  const valuesType = objectTypeOf(type);
  if (name === 'count')
    return { [columns.add({ function: name }, pointer)]: operatorsOf(functions, valuesType, pointer) };
  return Object.fromEntries(
    Object.entries(functions).map(([fieldName, conditions]) => {
      const field = inputFieldOf(valuesType, fieldName);
      const place = { columns, pointer: pointerTo(pointer, fieldName) };
      const given = presentConditions(conditions, place.pointer);
      const operators = operatorsOf(given, objectTypeOf(field.type), place.pointer);
      return [columnOf(name, field, place), isPointInTime(name, field) ? withDateTimes(operators) : operators];
    }),
  );
}

/** Whether a function has values of the field itself, which are compared as points in time. */
function isPointInTime(name: string, field: GraphQLInputField): boolean {
  const source = inputSourceOf(field);
  return source.kind === 'column' && source.isDateTime && (name === 'min' || name === 'max');
}

/** A client that means no condition and one that means null would both send null. */
function presentConditions(value: unknown, pointer: string): InputValue {
  const conditions = (value ?? {}) as InputValue; // graphql-js coerced it to an object
  if (Object.keys(conditions).length > 0) return conditions;
  throw invalid('AGGREGATE_INVALID', pointer, `must not be ${value === null ? 'null' : 'empty'}; leave it out instead`);
}

/**
 * Translates an `orderBy` argument to a sort of groups, with an item for each of its items. Throws `AGGREGATE_INVALID`,
 * with a pointer that starts with `/orderBy`, for a direction that is null, and for a key that groups do not have.
 */
export function toGroupSort(
  orderBy: readonly InputValue[],
  type: GraphQLInputType,
  columns: AggregateColumns,
): string[] {
  const itemType = objectTypeOf(type);
  return orderBy.map((item, index) => {
    const [name, value, pointer] = onlyMember(item, `/orderBy/${index}`);
    const field = inputFieldOf(itemType, name);
    if (!isInputObjectType(field.type)) return `${String(value)}${columns.add({ function: 'count' }, pointer)}`;
    const [fieldName, direction, place] = onlyMember(value as InputValue, pointer); // coerced to an object
    const column = columnOf(name, inputFieldOf(field.type, fieldName), { columns, pointer: place });
    return `${String(direction)}${column}`; // a value of the enum `SortOrder`
  });
}

/** Each object of an order has exactly one member, which is null only if it was a variable. */
function onlyMember(value: InputValue, at: string): [name: string, value: unknown, pointer: string] {
  const [[name, member] = ['', null]] = Object.entries(value);
  const pointer = name === '' ? at : pointerTo(at, name);
  if (member === null) throw invalid('AGGREGATE_INVALID', pointer, 'must not be null; write ASC or DESC');
  return [name, member, pointer];
}

/** Returns the name of the column that a function of a field has. */
function columnOf(name: string, input: GraphQLInputField, { columns, pointer }: Place): string {
  const source = inputSourceOf(input);
  if (source.kind !== 'column') throw new Error(`${input.name} is no field of an aggregate.`);
  const field = { name: input.name, path: source.path };
  if (name === 'key') return columns.keyOf(field, pointer);
  if (name === 'percentile') return columns.percentileOf(field, pointer);
  return columns.add({ function: name as AggregateFunction, field }, pointer); // the others are functions
}
