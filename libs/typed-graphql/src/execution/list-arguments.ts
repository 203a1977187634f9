import type { GraphQLArgument } from 'graphql';

import { HavenError } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { toFilter } from '../arguments/filter.js';
import type { InputValue } from '../arguments/input-value.js';
import { toSort } from '../arguments/sort.js';
import { toWherePointer } from '../arguments/where-pointer.js';

/** Arguments of a field as graphql-js has coerced them. */
export type FieldArguments = Readonly<Record<string, unknown>>;

/** Translates `where` and `orderBy` to what lists of records take. */
export function toListArguments(
  { where, orderBy }: FieldArguments,
  declared: readonly GraphQLArgument[],
): { filter?: JsonObject; sort?: string[] } {
  const whereType = typeOf('where', declared);
  const orderType = typeOf('orderBy', declared);
  return {
    ...(where != null && whereType && { filter: toFilter(where as InputValue, whereType) }), // coerced by its type
    ...(orderBy != null && orderType && { sort: toSort(orderBy as InputValue[], orderType) }),
  };
}

/**
 * Returns an error of a generic field as one about the arguments of the typed field. Places in a filter and in a sort
 * start at their roots. `keyArgs` are the arguments that became `value`.
 */
export function inTypedArguments(
  error: HavenError,
  args: FieldArguments,
  declared: readonly GraphQLArgument[],
  keyArgs: readonly string[] = [],
): HavenError {
  const part = queryPartOf(error);
  return movePointers(error, (pointer) =>
    keyArgs.length > 0 ? keyPointer(pointer, keyArgs) : typedPointer(pointer, part, args, declared),
  );
}

/** Returns an error with other pointers. Its message contains the first one. */
export function movePointers(error: HavenError, moved: (pointer: string) => string): HavenError {
  const { code, detail, extras } = error;
  const [first] = extras.errors ?? [];
  if (!first) return error;
  const rest = detail.startsWith(`${first.pointer}: `) ? detail.slice(first.pointer.length) : undefined;
  const errors = (extras.errors ?? []).map((one) => {
    const pointer = moved(one.pointer);
    return { ...one, pointer, detail: withTypedOperand(one.detail, pointer) };
  });
  const start = moved(first.pointer);
  const message = rest === undefined ? detail : `${start}${withTypedOperand(rest, start)}`;
  return new HavenError(code, message, { ...extras, errors });
}

/** Date-times are typed operands in a filter (`$dateTime`), and plain values in a `where` argument. */
function withTypedOperand(detail: string, pointer: string): string {
  const token = pointer.slice(pointer.lastIndexOf('/') + 1);
  return token === '$dateTime' ? detail : detail.replace('`$dateTime`', `\`${token}\``);
}

/** Queries on members that no record can have are refused after they were parsed, with codes that name the part. */
function queryPartOf({ code, extras }: HavenError): QueryPart | undefined {
  if (extras.queryPart) return extras.queryPart;
  return code === 'FILTER_INVALID' ? 'filter' : code === 'SORT_INVALID' ? 'sort' : undefined;
}

type QueryPart = HavenError['extras']['queryPart'];

function typedPointer(
  pointer: string,
  part: QueryPart,
  { where, first }: FieldArguments,
  declared: readonly GraphQLArgument[],
): string {
  const whereType = typeOf('where', declared);
  if (!whereType) return pointer;
  if (part === 'sort') return `/orderBy${pointer}`;
  const given = (where ?? {}) as InputValue; // coerced by its type
  if (part === 'filter') return `/where${toWherePointer(pointer, whereType, given)}`;
  return pointer === '/limit' ? `/${first == null ? 'last' : 'first'}` : pointer;
}

/** With several arguments, `value` is the list of their values. */
function keyPointer(pointer: string, keyArgs: readonly string[]): string {
  const [, argument, ...rest] = pointer.split('/');
  if (argument !== 'value') return pointer;
  const name = keyArgs[keyArgs.length > 1 ? Number(rest.shift() ?? 0) : 0] ?? argument;
  return ['', name, ...rest].join('/');
}

function typeOf(name: string, declared: readonly GraphQLArgument[]): GraphQLArgument['type'] | undefined {
  return declared.find((argument) => argument.name === name)?.type;
}
