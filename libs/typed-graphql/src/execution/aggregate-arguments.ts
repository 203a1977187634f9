import type { GraphQLArgument } from 'graphql';

import type { HavenError } from '@haven/kernel';

import { toGroupBy, toGroupSort, toHaving } from '../arguments/aggregate.js';
import type { AggregateColumns } from '../arguments/aggregate-columns.js';
import type { InputValue } from '../arguments/input-value.js';
import { inTypedArguments, movePointers, toListArguments } from './list-arguments.js';
import type { FieldArguments } from './list-arguments.js';

/** The arguments of a typed aggregate, and the columns that they and the selection name. */
export interface AggregateCall {
  readonly args: FieldArguments;
  readonly declared: readonly GraphQLArgument[];
  readonly columns: AggregateColumns;
}

/** Adds the keys of the groups to the columns, and returns the `groupBy` of the generic field. */
export function groupByOf({ args, declared, columns }: AggregateCall): FieldArguments {
  const argument = argumentOf('groupBy', args, declared);
  return argument ? { groupBy: toGroupBy(argument.value as InputValue[], argument.type, columns) } : {}; // coerced
}

/** Returns the other arguments of the generic field, after the selection has added its columns. */
export function aggregateArguments({ args, declared, columns }: AggregateCall): FieldArguments {
  const { where, groupBy: _groupBy, having: _having, orderBy: _orderBy, ...others } = args;
  const having = argumentOf('having', args, declared);
  const orderBy = argumentOf('orderBy', args, declared);
  return {
    ...others,
    ...toListArguments({ where }, declared),
    ...(having && { having: toHaving(having.value as InputValue, having.type, columns) }), // coerced by its type
    ...(orderBy && { sort: toGroupSort(orderBy.value as InputValue[], orderBy.type, columns) }),
    compute: columns.compute,
  };
}

function argumentOf(name: string, args: FieldArguments, declared: readonly GraphQLArgument[]) {
  const argument = declared.find((one) => one.name === name);
  const value = args[name];
  return argument && value != null ? { value, type: argument.type } : undefined;
}

/** Returns an error of the generic field as one about the arguments and the selection of the typed field. */
export function inTypedAggregate(error: HavenError, { args, declared, columns }: AggregateCall): HavenError {
  const isOfFilter = error.extras.queryPart === 'filter' || error.code === 'FILTER_INVALID';
  if (isOfFilter) return inTypedArguments(error, args, declared);
  return movePointers(error, (pointer) => typedPointer(pointer, columns));
}

function typedPointer(pointer: string, columns: AggregateColumns): string {
  const [, argument, ...tokens] = pointer.split('/');
  switch (argument) {
    case 'groupBy': {
      const [index, ...rest] = tokens;
      const named = rest.map((token) => (token === 'path' || token === 'name' ? 'field' : token));
      return ['', argument, ...(index === undefined ? [] : [index, ...named])].join('/');
    }
    case 'compute':
      return columns.pointerOf(tokens[0] ?? '') ?? '/groups';
    case 'having':
      return ['', argument, ...tokens.flatMap((token) => columns.placeOf(token) ?? [token])]
        .filter((token) => token !== '$dateTime')
        .join('/');
    case 'sort':
      return ['', 'orderBy', ...tokens].join('/');
    default:
      return pointer;
  }
}
