import { GraphQLList, GraphQLNonNull } from 'graphql';
import type { GraphQLInputObjectType, GraphQLInputType } from 'graphql';

import { aggregateTypes } from './aggregate-types.js';
import { keyArguments, keyField } from './key-arguments.js';
import { pageArguments } from './page-arguments.js';
import { recordInputs } from './record-inputs.js';
import type { RootFieldParts, TypedRootField } from './typed-root-field.js';

/**
 * Returns the fields of `Query` that read the records of a collection: `movie`, `movieBy…`, `movies`,
 * `moviesAggregate`.
 */
export function rootQueries(parts: RootFieldParts): TypedRootField[] {
  return [getField(parts), ...getByFields(parts), listField(parts), ...aggregateField(parts)];
}

/** Returns the field of `Subscription` that follows a collection: `movieChanges`. */
export function rootSubscription({ types, output, shared }: RootFieldParts): TypedRootField {
  const { collection, names } = types;
  const where = {
    type: recordInputs(shared, types).changedWhere,
    description: 'Only changes of records that meet these conditions, or did before the change.',
  };
  return {
    root: 'Subscription',
    name: `${names.one}Changes`,
    description: `Changes of records of \`${collection}\` as they happen; the first event is \`ready\`.`,
    type: output.change(types),
    args: { where, ...shared.generic.args('Subscription', 'changes', ['after']) },
    field: { kind: 'root', operation: 'changes', collection },
  };
}

function getField({ types, output, shared }: RootFieldParts): TypedRootField {
  const { collection, names } = types;
  return {
    root: 'Query',
    name: names.one,
    description: `Returns a record of \`${collection}\`.`,
    type: output.record(types),
    args: shared.generic.args('Query', 'record', ['id', 'asOf']),
    field: { kind: 'root', operation: 'get', collection },
  };
}

function getByFields({ types, output, shared }: RootFieldParts): TypedRootField[] {
  const { collection, names, keys } = types;
  return keys.map((key) => ({
    root: 'Query',
    name: `${names.one}By${key.suffix}`,
    description: `Returns the record of \`${collection}\` that has a value of the unique index \`${key.index}\`.`,
    type: output.record(types),
    args: keyArguments(key, shared),
    field: keyField('getBy', collection, key),
  }));
}

function listField({ types, output, shared }: RootFieldParts): TypedRootField {
  const { collection, names } = types;
  return {
    root: 'Query',
    name: names.many,
    description: `Lists records of \`${collection}\`, newest first by default.`,
    type: output.connection(types),
    args: { ...pageArguments(types, shared), ...shared.generic.args('Query', 'records', ['asOf']) },
    field: { kind: 'root', operation: 'list', collection },
  };
}

function aggregateField({ types, shared }: RootFieldParts): TypedRootField[] {
  const { collection, names, record, hasAggregate } = types;
  if (!hasAggregate) return [];
  const { aggregation, inputs } = aggregateTypes(shared, record);
  const args = {
    where: { type: recordInputs(shared, types).where, description: 'Conditions that the records must meet.' },
    groupBy: {
      type: listOf(inputs.groupBy),
      description: 'Fields whose values the records of a group have in common. Without it, all records are one group.',
    },
    having: { type: inputs.having, description: 'Conditions that the groups must meet.' },
    orderBy: { type: listOf(inputs.orderBy), description: 'What to sort groups by; by their keys by default.' },
    ...shared.generic.args('Query', 'aggregate', ['limit', 'asOf']),
  };
  return [
    {
      root: 'Query',
      name: `${names.many}Aggregate`,
      description: `Groups records of \`${collection}\`, and computes what is selected of each group.`,
      type: aggregation,
      args,
      field: { kind: 'root', operation: 'aggregate', collection },
    },
  ];
}

function listOf(item: GraphQLInputObjectType): GraphQLInputType {
  return new GraphQLList(new GraphQLNonNull(item));
}
