import { GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType } from 'graphql';
import type { GraphQLEnumType, GraphQLFieldConfig, GraphQLFieldConfigMap, GraphQLScalarType } from 'graphql';

import type { ObjectType, ScalarName } from '@haven/record-types';

import { outputExtensions } from '../extensions.js';
import { aggregateFields, isNumeric } from './aggregate-fields.js';
import type { AggregateField } from './aggregate-fields.js';
import { aggregateInputs } from './aggregate-inputs.js';
import type { AggregateInputs } from './aggregate-inputs.js';
import { PROPERTY } from './change-fields.js';
import type { SharedTypes } from './shared-types.js';

/** The types of the field that groups the records of a collection. They do not depend on what the caller may see. */
export interface AggregateTypes {
  readonly aggregation: GraphQLObjectType;
  readonly inputs: AggregateInputs;
}

const GROUP_PART = outputExtensions({ kind: 'groupPart' });

const known = new WeakMap<SharedTypes, WeakMap<ObjectType, AggregateTypes>>();

/** Returns the types for a collection, which all schemas share that have the type of its records. */
export function aggregateTypes(shared: SharedTypes, record: ObjectType): AggregateTypes {
  const byRecord = known.get(shared) ?? new WeakMap<ObjectType, AggregateTypes>();
  known.set(shared, byRecord);
  const types = byRecord.get(record) ?? createTypes(shared, record);
  byRecord.set(record, types);
  return types;
}

function createTypes(shared: SharedTypes, record: ObjectType): AggregateTypes {
  const fields = aggregateFields(record);
  const inputs = aggregateInputs(shared, record.name, fields);
  const group = new GraphQLObjectType({
    name: `${record.name}AggregateGroup`,
    description: 'Records with equal values of the fields of `groupBy`. What is selected is computed.',
    fields: groupFields(shared, { name: record.name, fields, field: inputs.field }),
  });
  const aggregation = new GraphQLObjectType({
    name: `${record.name}Aggregation`,
    description: 'Groups of records.',
    fields: {
      groups: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(group))),
        description: 'The groups that meet `having`, in the order of `orderBy`, up to `limit`.',
        extensions: PROPERTY,
      },
      truncated: {
        type: new GraphQLNonNull(GraphQLBoolean),
        description: 'Whether more groups meet `having` than `limit`.',
        extensions: PROPERTY,
      },
    },
  });
  return { aggregation, inputs };
}

interface GroupSource {
  /** Name of the type of the records. */
  readonly name: string;
  readonly fields: readonly AggregateField[];
  readonly field: GraphQLEnumType;
}

function groupFields(shared: SharedTypes, source: GroupSource): GraphQLFieldConfigMap<unknown, unknown> {
  const { name, fields, field } = source;
  const { scalars } = shared;
  const typeOf = (suffix: string, description: string, some: readonly AggregateField[], scalar?: ScalarName) =>
    new GraphQLObjectType({
      name: `${name}Aggregate${suffix}`,
      description,
      fields: () =>
        Object.fromEntries(
          some.map((one) => [
            one.name,
            {
              type: scalars[scalar ?? one.scalar],
              description: one.description,
              extensions: outputExtensions({ kind: 'column', path: one.path, scalar: scalar ?? one.scalar }),
            },
          ]),
        ),
    });
  const values = typeOf('Values', 'A value of each field.', fields);
  const counts = typeOf('Counts', 'A number of values of each field.', fields, 'Int');
  const numeric = fields.filter(isNumeric);
  const numbers = typeOf('Numbers', 'A number for each field that contains numbers.', numeric, 'Float');
  return {
    key: part(values, 'Values of the fields of `groupBy`. That of a bucket is the date-time of its start.'),
    count: {
      ...part(GraphQLInt, 'Number of records, or of those whose field `of` exists and is not null.'),
      args: { of: { type: field, description: 'A field that the records must have.' } },
    },
    ...(numeric.length > 0 && {
      sum: part(numbers, 'Exact sum of the numbers, rounded once; 0 if there are none.'),
      avg: part(numbers, 'Mean of the numbers; null if there are none.'),
      percentile: {
        ...part(numbers, 'The number at a fraction of the numbers in their order, interpolated between two of them.'),
        args: {
          p: { type: new GraphQLNonNull(GraphQLFloat), description: 'Fraction from 0 to 1: 0.5 is the median.' },
        },
      },
    }),
    min: part(values, 'The least number or, if there is no number, the first string by code point.'),
    max: part(values, 'The greatest number or, if there is no number, the last string by code point.'),
    distinct: part(counts, 'Number of different values, without null.'),
    ignored: part(
      scalars.JSONObject,
      'Numbers of values that were not used because of their type, such as a text in `sum`: by their places in the ' +
        'response, such as `sum.price`.',
    ),
  };
}

function part(type: GraphQLObjectType | GraphQLScalarType, description: string): GraphQLFieldConfig<unknown, unknown> {
  return { type: new GraphQLNonNull(type), description, extensions: GROUP_PART };
}
