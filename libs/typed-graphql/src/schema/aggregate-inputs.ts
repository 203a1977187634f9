import { GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql';
import type { GraphQLInputFieldConfigMap, GraphQLInputType } from 'graphql';

import { BUCKETS } from '@haven/query';

import { inputExtensions } from '../extensions.js';
import { isNumeric } from './aggregate-fields.js';
import type { AggregateField } from './aggregate-fields.js';
import { SortOrder } from './order-types.js';
import type { SharedTypes } from './shared-types.js';

/** The types of the arguments of the field that groups the records of a collection. */
export interface AggregateInputs {
  /** The fields of the records. The value of each is its path. */
  readonly field: GraphQLEnumType;
  readonly groupBy: GraphQLInputObjectType;
  readonly having: GraphQLInputObjectType;
  readonly orderBy: GraphQLInputObjectType;
}

const LOGIC = inputExtensions({ kind: 'logic' });
const FUNCTION = inputExtensions({ kind: 'function' });

const DateBucket = new GraphQLEnumType({
  name: 'DateBucket',
  description: 'A period of time.',
  values: Object.fromEntries(
    BUCKETS.map((unit) => [
      unit.toUpperCase(),
      { value: unit, description: unit === 'week' ? 'A week that starts on Monday.' : `A ${unit}.` },
    ]),
  ),
});

/** Creates the types. `name` is that of the type of the records. */
export function aggregateInputs(
  { aggregateFilter }: SharedTypes,
  name: string,
  fields: readonly AggregateField[],
): AggregateInputs {
  const hasNumbers = fields.some(isNumeric);
  const field = fieldType(name, fields);
  const conditions = new GraphQLInputObjectType({
    name: `${name}AggregateConditions`,
    description: 'Conditions on values that a function has computed. All of them must be true.',
    fields: () => columnFields(fields, aggregateFilter),
  });
  const order = new GraphQLInputObjectType({
    name: `${name}AggregateOrder`,
    description: 'A field, and the direction.',
    isOneOf: true,
    fields: () => columnFields(fields, SortOrder),
  });
  return {
    field,
    groupBy: groupByType(name, field),
    having: havingType(name, functionFields(conditions, aggregateFilter, hasNumbers)),
    orderBy: new GraphQLInputObjectType({
      name: `${name}AggregateOrderBy`,
      description: 'What to sort groups by, and the direction.',
      isOneOf: true,
      fields: {
        key: { type: order, description: 'A field of `groupBy`.', extensions: FUNCTION },
        ...functionFields(order, SortOrder, hasNumbers),
      },
    }),
  };
}

/** Returns a field for each function. All have the same type, so that a schema with many members stays small. */
function functionFields(
  type: GraphQLInputObjectType,
  ofCount: GraphQLInputType,
  hasNumbers: boolean,
): GraphQLInputFieldConfigMap {
  const of = (description: string) => ({ type, description, extensions: FUNCTION });
  return {
    count: { type: ofCount, description: 'Number of records.', extensions: FUNCTION },
    ...(hasNumbers && {
      sum: of('Sums.'),
      avg: of('Means.'),
      percentile: of('Percentiles. The selection must have exactly one `percentile` of the field.'),
    }),
    min: of('Least values.'),
    max: of('Greatest values.'),
    distinct: of('Numbers of different values.'),
  };
}

function columnFields(fields: readonly AggregateField[], type: GraphQLInputType): GraphQLInputFieldConfigMap {
  return Object.fromEntries(
    fields.map(({ name, path, scalar, description }) => [
      name,
      { type, description, extensions: inputExtensions({ kind: 'column', path, isDateTime: scalar === 'DateTime' }) },
    ]),
  );
}

function fieldType(name: string, fields: readonly AggregateField[]): GraphQLEnumType {
  const values = fields.map(({ name: field, path, description }) => [field, { value: path, description }] as const);
  return new GraphQLEnumType({
    name: `${name}AggregateField`,
    description: 'The fields by which records can be grouped. `address_city` is the member `city` of `address`.',
    values: Object.fromEntries(values),
  });
}

function groupByType(name: string, field: GraphQLEnumType): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name: `${name}AggregateGroupBy`,
    description: 'A field to group records by: by its values or, with `bucket`, by periods of time.',
    fields: {
      field: { type: new GraphQLNonNull(field), description: 'The field.' },
      bucket: { type: DateBucket, description: 'The period of time in which the values are.' },
      timeZone: { type: GraphQLString, description: 'IANA time zone of the bucket; `UTC` by default.' },
    },
  });
}

function havingType(name: string, functions: GraphQLInputFieldConfigMap): GraphQLInputObjectType {
  const type: GraphQLInputObjectType = new GraphQLInputObjectType({
    name: `${name}AggregateHaving`,
    description: 'Conditions on groups. All of them must be true.',
    fields: () => {
      const list = new GraphQLList(new GraphQLNonNull(type));
      return {
        ...functions,
        _and: { type: list, description: 'All of these conditions are true.', extensions: LOGIC },
        _or: { type: list, description: 'At least one of these conditions is true.', extensions: LOGIC },
        _not: { type, description: 'This condition is not true.', extensions: LOGIC },
      };
    },
  });
  return type;
}
