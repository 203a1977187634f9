import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInputObjectType, GraphQLList, GraphQLString } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLInputType, GraphQLScalarType } from 'graphql';

import { inputExtensions } from '../extensions.js';

const PLAIN = inputExtensions({ kind: 'operator', isDateTime: false });
const DATE_TIME = inputExtensions({ kind: 'operator', isDateTime: true });

const DESCRIPTIONS = {
  _eq: 'Is the same value. Null means a member that exists and is null.',
  _ne: 'Is another value, or is missing.',
  _gt: 'Is greater.',
  _gte: 'Is greater or equal.',
  _lt: 'Is less.',
  _lte: 'Is less or equal.',
  _in: 'Is one of the values.',
  _nin: 'Is none of the values, or is missing.',
  _exists: 'True: exists, even if it is null. False: is missing.',
  _isNull: 'True: is missing or null. False: has any other value.',
  _startsWith: 'Is a string that starts with this text.',
  _like: 'Is a string that matches the whole pattern: `%` is any text, `_` is any one character.',
  _ilike: 'Like `_like`, without regard to case.',
  _contains: 'Is a list with this element or, if this is a list, with all of these elements.',
};

export type Operator = keyof typeof DESCRIPTIONS;

const ORDER: readonly Operator[] = ['_gt', '_gte', '_lt', '_lte'];
const PATTERNS: readonly Operator[] = ['_startsWith', '_like', '_ilike'];

/** The operators on members of each type, which all typed schemas share. */
export interface OperatorTypes {
  readonly string: GraphQLInputObjectType;
  readonly id: GraphQLInputObjectType;
  readonly number: GraphQLInputObjectType;
  readonly boolean: GraphQLInputObjectType;
  readonly dateTime: GraphQLInputObjectType;
  readonly list: GraphQLInputObjectType;
  readonly json: GraphQLInputObjectType;
}

export function operatorTypes(dateTime: GraphQLScalarType, json: GraphQLScalarType): OperatorTypes {
  return {
    string: operatorType('StringFilter', 'a string, which is compared by code point', GraphQLString, [
      ...ORDER,
      ...PATTERNS,
    ]),
    id: operatorType('IDFilter', 'an id', GraphQLID, ORDER),
    number: operatorType('NumberFilter', 'a number', GraphQLFloat, ORDER),
    boolean: operatorType('BooleanFilter', 'a boolean', GraphQLBoolean),
    dateTime: operatorType('DateTimeFilter', 'a date-time, which is compared as a point in time', dateTime, ORDER),
    list: operatorType('ListFilter', 'a list', json, ['_contains']),
    json: operatorType('JSONFilter', 'any JSON value', json, [...ORDER, ...PATTERNS, '_contains']),
  };
}

/** Every type has the operators for equality and existence. */
function operatorType(
  name: string,
  values: string,
  operand: GraphQLScalarType,
  more: readonly Operator[] = [],
): GraphQLInputObjectType {
  const fields = Object.fromEntries(
    (['_eq', '_ne', ...more] as const).map((operator) => [operator, compared(operator, operandOf(operator, operand))]),
  );
  return new GraphQLInputObjectType({
    name,
    description: `Conditions on ${values}. All of them must be true.`,
    fields: {
      ...fields,
      _in: compared('_in', new GraphQLList(operand)),
      _nin: compared('_nin', new GraphQLList(operand)),
      ...existenceOperators(),
    },
  });

  function compared(operator: Operator, type: GraphQLInputType): GraphQLInputFieldConfig {
    const isDateTime = operand.name === 'DateTime';
    return { type, description: DESCRIPTIONS[operator], extensions: isDateTime ? DATE_TIME : PLAIN };
  }
}

/** The operators on values of any type. */
export function existenceOperators(): Record<'_exists' | '_isNull', GraphQLInputFieldConfig> {
  return {
    _exists: { type: GraphQLBoolean, description: DESCRIPTIONS._exists, extensions: PLAIN },
    _isNull: { type: GraphQLBoolean, description: DESCRIPTIONS._isNull, extensions: PLAIN },
  };
}

/** Patterns are strings, whichever values they are compared with. */
function operandOf(operator: Operator, operand: GraphQLScalarType): GraphQLScalarType {
  return PATTERNS.includes(operator) ? GraphQLString : operand;
}
