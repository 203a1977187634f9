import type { GraphQLArgument } from 'graphql';

import { toDocument } from '../arguments/document.js';
import type { InputValue } from '../arguments/input-value.js';
import type { RootField } from '../field-source.js';
import { toListArguments } from './list-arguments.js';
import type { FieldArguments } from './list-arguments.js';

/** The generic root field that does what a typed one does. */
export const genericFields: Readonly<Record<RootField['operation'], GenericField>> = {
  get: { root: 'query', name: 'record' },
  getBy: { root: 'query', name: 'recordBy' },
  list: { root: 'query', name: 'records' },
  aggregate: { root: 'query', name: 'aggregate' },
  create: { root: 'mutation', name: 'createRecord' },
  replace: { root: 'mutation', name: 'replaceRecord' },
  update: { root: 'mutation', name: 'patchRecord' },
  delete: { root: 'mutation', name: 'deleteRecord' },
  upsertBy: { root: 'mutation', name: 'upsertRecord' },
  changes: { root: 'subscription', name: 'changes' },
};

interface GenericField {
  readonly root: 'query' | 'mutation' | 'subscription';
  readonly name: string;
}

/** Translates the arguments of a typed root field to those of the generic one. */
export function toGenericArguments(
  { collection, key }: RootField,
  args: FieldArguments,
  declared: readonly GraphQLArgument[],
): FieldArguments {
  const { where: _where, orderBy: _orderBy, data, ...others } = args;
  const dataType = declared.find(({ name }) => name === 'data')?.type;
  return {
    ...(key ? withoutKey(others, key.args) : others),
    collection,
    ...toListArguments(args, declared),
    ...(data != null && dataType && { data: toDocument(data as InputValue, dataType) }), // coerced by its type
    ...(key && { index: key.index, value: keyValue(args, key.args) }),
  };
}

function withoutKey(args: FieldArguments, names: readonly string[]): FieldArguments {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));
}

/** The value of an index of one path, or the list of values of one with several paths. */
function keyValue(args: FieldArguments, names: readonly string[]): unknown {
  const values = names.map((name) => args[name]);
  return values.length === 1 ? values[0] : values;
}
