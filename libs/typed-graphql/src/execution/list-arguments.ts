import type { GraphQLArgument } from 'graphql';

import { HavenError, withPointers } from '@haven/kernel';
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

/** Returns an error of a list of records as one about the arguments of the typed field. */
export function inTypedArguments(
  error: HavenError,
  { where }: FieldArguments,
  declared: readonly GraphQLArgument[],
): HavenError {
  const move = (pointer: string) => {
    const whereType = typeOf('where', declared);
    if (whereType && isBelow('/filter', pointer))
      return `/where${toWherePointer(pointer.slice('/filter'.length), whereType, (where ?? {}) as InputValue)}`; // coerced by its type
    return isBelow('/sort', pointer) ? `/orderBy${pointer.slice('/sort'.length)}` : pointer;
  };
  const [first] = error.extras.errors ?? [];
  if (!first) return error;
  const { detail } = error;
  const starts = first.pointer !== '' && detail.startsWith(`${first.pointer}:`);
  return withPointers(error, move, starts ? `${move(first.pointer)}${detail.slice(first.pointer.length)}` : detail);
}

function typeOf(name: string, declared: readonly GraphQLArgument[]): GraphQLArgument['type'] | undefined {
  return declared.find((argument) => argument.name === name)?.type;
}

function isBelow(root: string, pointer: string): boolean {
  return pointer === root || pointer.startsWith(`${root}/`);
}
