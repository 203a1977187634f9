import { getNamedType } from 'graphql';
import type { GraphQLField, GraphQLOutputType } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import { RawJson } from '@haven/kernel';
import type { AggregationView } from '@haven/records';

import { AggregateColumns } from '../arguments/aggregate-columns.js';
import type { RootField } from '../field-source.js';
import { aggregateArguments, groupByOf, inTypedAggregate } from './aggregate-arguments.js';
import { AggregationWriter } from './aggregation-writer.js';
import { AggregationCompiler } from './compile-aggregation.js';
import type { FieldArguments } from './list-arguments.js';
import { operationOf } from './operation-state.js';
import { callGeneric, declaredBy } from './resolver-calls.js';
import type { RootResolver } from './resolver-calls.js';

/**
 * Resolves the typed field that groups records, by one call of the resolver of the generic field: what the document
 * selects is what that computes.
 */
export function aggregateResolver(
  generic: GraphQLField<unknown, GraphqlContext>,
  { collection }: RootField,
  type: GraphQLOutputType,
): RootResolver {
  return async (source, args: FieldArguments, context, info) => {
    const { schema, errors } = operationOf(context);
    const columns = new AggregateColumns();
    const call = { args, declared: declaredBy(info), columns };
    const { fragments, variableValues: variables, fieldNodes, path } = info;
    const groupBy = groupByOf(call);
    const compiler = new AggregationCompiler({ schema, fragments, variables }, columns);
    const plan = compiler.aggregation(getNamedType(type), fieldNodes);
    const translated = { ...aggregateArguments(call), ...groupBy, collection };
    const result = await callGeneric(generic.resolve, translated, { source, args, context, info }, (error) =>
      inTypedAggregate(error, call),
    );
    const writer = new AggregationWriter(errors, columns);
    const location = { parent: undefined, key: path.key };
    return new RawJson(writer.write(plan, result as AggregationView, location)); // what the generic field returns
  };
}
