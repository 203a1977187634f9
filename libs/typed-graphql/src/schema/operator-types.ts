import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInputObjectType, GraphQLString } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLScalarType } from 'graphql';

import { elementOperators, ORDER, PATTERNS, valueOperators } from './operator-fields.js';

/** The operators on members of each type, which all typed schemas share. */
export interface OperatorTypes extends TypesByValue {
  /** The operators on lists, by the type of their elements. */
  readonly lists: TypesByValue;
}

interface TypesByValue {
  readonly string: GraphQLInputObjectType;
  readonly id: GraphQLInputObjectType;
  readonly number: GraphQLInputObjectType;
  readonly boolean: GraphQLInputObjectType;
  readonly dateTime: GraphQLInputObjectType;
  readonly json: GraphQLInputObjectType;
}

export function operatorTypes(dateTime: GraphQLScalarType, json: GraphQLScalarType): OperatorTypes {
  const types: TypesByValue = {
    string: operatorType('StringFilter', 'a string, which is compared by code point', () =>
      valueOperators(GraphQLString, [...ORDER, ...PATTERNS]),
    ),
    id: operatorType('IDFilter', 'an id', () => valueOperators(GraphQLID, ORDER)),
    number: operatorType('NumberFilter', 'a number', () => valueOperators(GraphQLFloat, ORDER)),
    boolean: operatorType('BooleanFilter', 'a boolean', () => valueOperators(GraphQLBoolean)),
    dateTime: operatorType('DateTimeFilter', 'a date-time, which is compared as a point in time', () =>
      valueOperators(dateTime, ORDER),
    ),
    json: operatorType('JSONFilter', 'any JSON value', () => ({
      ...valueOperators(json, [...ORDER, ...PATTERNS, '_contains']),
      ...elementOperators(types.json),
    })),
  };
  const listOf = (elements: keyof TypesByValue, name: string, values: string) =>
    operatorType(name, `a list of ${values}`, () => listOperators(json, types[elements]));
  return {
    ...types,
    lists: {
      string: listOf('string', 'StringListFilter', 'strings'),
      id: listOf('id', 'IDListFilter', 'ids'),
      number: listOf('number', 'NumberListFilter', 'numbers'),
      boolean: listOf('boolean', 'BooleanListFilter', 'booleans'),
      dateTime: listOf('dateTime', 'DateTimeListFilter', 'date-times'),
      json: listOf('json', 'ListFilter', 'any values'),
    },
  };
}

/** Returns the operators on a list whose elements meet conditions of the type `elements`. */
export function listOperators(
  json: GraphQLScalarType,
  elements: GraphQLInputObjectType,
): Record<string, GraphQLInputFieldConfig> {
  return { ...valueOperators(json, ['_contains']), ...elementOperators(elements) };
}

/**
 * Returns the type of conditions on a value that an aggregate has computed: a number, or the text of `min` and `max`.
 */
export function aggregateFilterType(json: GraphQLScalarType): GraphQLInputObjectType {
  return operatorType('AggregateFilter', 'a computed value: a number, or for `min` and `max` also a text', () =>
    valueOperators(json, ORDER),
  );
}

function operatorType(
  name: string,
  values: string,
  fields: () => Record<string, GraphQLInputFieldConfig>,
): GraphQLInputObjectType {
  return new GraphQLInputObjectType({
    name,
    description: `Conditions on ${values}. All of them must be true.`,
    fields,
  });
}
