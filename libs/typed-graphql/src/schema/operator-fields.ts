import { GraphQLBoolean, GraphQLInputObjectType, GraphQLInt, GraphQLList, GraphQLString } from 'graphql';
import type { GraphQLInputFieldConfig, GraphQLInputType, GraphQLScalarType } from 'graphql';

import { inputExtensions } from '../extensions.js';

const PLAIN = inputExtensions({ kind: 'operator', isDateTime: false });
const DATE_TIME = inputExtensions({ kind: 'operator', isDateTime: true });
const ELEMENTS = inputExtensions({ kind: 'elements' });

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

type Operator = keyof typeof DESCRIPTIONS;
type Fields = Record<string, GraphQLInputFieldConfig>;

export const ORDER: readonly Operator[] = ['_gt', '_gte', '_lt', '_lte'];
export const PATTERNS: readonly Operator[] = ['_startsWith', '_like', '_ilike'];

/** Returns the operators for equality and existence, which values of all types have, and `more`. */
export function valueOperators(operand: GraphQLScalarType, more: readonly Operator[] = []): Fields {
  return { ...comparisons(operand, ['_eq', '_ne', ...more, '_in', '_nin']), ...existenceOperators() };
}

/** The operators on values of any type. */
export function existenceOperators(): Record<'_exists' | '_isNull', GraphQLInputFieldConfig> {
  return {
    _exists: { type: GraphQLBoolean, description: DESCRIPTIONS._exists, extensions: PLAIN },
    _isNull: { type: GraphQLBoolean, description: DESCRIPTIONS._isNull, extensions: PLAIN },
  };
}

/** The operators on the elements of a list, which meet conditions of the type `elements`. */
export function elementOperators(elements: GraphQLInputObjectType): Fields {
  const conditions = (description: string) => ({ type: elements, description, extensions: ELEMENTS });
  return {
    _some: conditions('Is a list, and at least one element meets these conditions.'),
    _every: conditions('Is a list, and all elements meet these conditions; so does a list without elements.'),
    _none: conditions('Is not a list with an element that meets these conditions.'),
    _size: { type: SizeFilter, description: 'Is a list with such a number of elements.', extensions: PLAIN },
  };
}

const SizeFilter = new GraphQLInputObjectType({
  name: 'SizeFilter',
  description: 'Conditions on the number of elements of a list. All of them must be true.',
  fields: comparisons(GraphQLInt, ['_eq', '_ne', ...ORDER, '_in', '_nin']),
});

function comparisons(operand: GraphQLScalarType, operators: readonly Operator[]): Fields {
  const extensions = operand.name === 'DateTime' ? DATE_TIME : PLAIN;
  return Object.fromEntries(
    operators.map((operator) => [
      operator,
      { type: operandOf(operator, operand), description: DESCRIPTIONS[operator], extensions },
    ]),
  );
}

function operandOf(operator: Operator, operand: GraphQLScalarType): GraphQLInputType {
  if (operator === '_in' || operator === '_nin') return new GraphQLList(operand);
  return PATTERNS.includes(operator) ? GraphQLString : operand; // whichever values a pattern is compared with
}
