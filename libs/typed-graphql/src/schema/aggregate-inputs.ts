import { GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLInputFieldConfigMap, GraphQLInputType } from 'graphql';

import { BUCKETS } from '@haven/query';

import { inputExtensions } from '../extensions.js';
import { isNumeric } from './aggregate-fields.js';
import type { AggregateField } from './aggregate-fields.js';
import { SortOrder } from './order-types.js';
import type { SharedTypes } from './shared-types.js';
import { OPERATORS } from './where-types.js';

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
  { operators }: SharedTypes,
  name: string,
  fields: readonly AggregateField[],
): AggregateInputs {
  const field = fieldType(name, fields);
  const numeric = fields.filter(isNumeric);
  const typeOf = (suffix: string, description: string, some: readonly AggregateField[], of: ColumnType) =>
    new GraphQLInputObjectType({
      name: `${name}Aggregate${suffix}`,
      description,
      isOneOf: suffix.endsWith('OrderBy'),
      fields: () => Object.fromEntries(some.map((one) => [one.name, columnField(one, of(one))])),
    });
  const conditions = 'Conditions on computed values. All of them must be true.';
  const values = typeOf('ValuesHaving', conditions, fields, ({ scalar }) => operators[OPERATORS[scalar]]);
  const counts = typeOf('CountsHaving', conditions, fields, () => operators.number);
  const numbers = typeOf('NumbersHaving', conditions, numeric, () => operators.number);
  const byValues = typeOf('ValuesOrderBy', 'A field, and the direction.', fields, () => SortOrder);
  const byNumbers = typeOf('NumbersOrderBy', 'A field with numbers, and the direction.', numeric, () => SortOrder);
  return {
    field,
    groupBy: groupByType(name, field),
    having: havingType(name, {
      count: operators.number,
      ...(numeric.length > 0 && { sum: numbers, avg: numbers, percentile: numbers }),
      min: values,
      max: values,
      distinct: counts,
    }),
    orderBy: new GraphQLInputObjectType({
      name: `${name}AggregateOrderBy`,
      description: 'What to sort groups by, and the direction.',
      isOneOf: true,
      fields: functionFields({
        key: byValues,
        count: SortOrder,
        ...(numeric.length > 0 && { sum: byNumbers, avg: byNumbers, percentile: byNumbers }),
        min: byValues,
        max: byValues,
        distinct: byValues,
      }),
    }),
  };
}

/** Returns the type of what is said of a computed column. */
type ColumnType = (field: AggregateField) => GraphQLInputType;

const DESCRIPTIONS = {
  key: 'A field of `groupBy`.',
  count: 'Number of records.',
  sum: 'Sums.',
  avg: 'Means.',
  percentile: 'Percentiles. The selection must have exactly one `percentile` of the field.',
  min: 'Least values.',
  max: 'Greatest values.',
  distinct: 'Numbers of different values.',
};

function functionFields(types: Partial<Record<keyof typeof DESCRIPTIONS, GraphQLInputType>>) {
  const fields: GraphQLInputFieldConfigMap = {};
  for (const [name, type] of Object.entries(types))
    fields[name] = { type, description: DESCRIPTIONS[name as keyof typeof DESCRIPTIONS], extensions: FUNCTION };
  return fields;
}

function columnField({ path, description }: AggregateField, type: GraphQLInputType): GraphQLInputFieldConfig {
  return { type, description, extensions: inputExtensions({ kind: 'column', path }) };
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

function havingType(name: string, functions: Parameters<typeof functionFields>[0]): GraphQLInputObjectType {
  const type: GraphQLInputObjectType = new GraphQLInputObjectType({
    name: `${name}AggregateHaving`,
    description: 'Conditions on groups. All of them must be true.',
    fields: () => {
      const list = new GraphQLList(new GraphQLNonNull(type));
      return {
        ...functionFields(functions),
        _and: { type: list, description: 'All of these conditions are true.', extensions: LOGIC },
        _or: { type: list, description: 'At least one of these conditions is true.', extensions: LOGIC },
        _not: { type, description: 'This condition is not true.', extensions: LOGIC },
      };
    },
  });
  return type;
}
