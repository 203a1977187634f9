import type { Condition, ElementsCondition } from './filter.js';

export type ConditionOperator = Condition['operator'];
export type ListOperator = ElementsCondition['quantifier'] | 'size';

/** The meaning of an operator's name: an operator, or its negation. */
interface Meaning<Operator> {
  readonly operator: Operator;
  readonly isNegated: boolean;
}

const plain = <Operator>(operator: Operator): Meaning<Operator> => ({ operator, isNegated: false });
const negated = <Operator>(operator: Operator): Meaning<Operator> => ({ operator, isNegated: true });

/** The operators that compare a value, by their names in a filter. */
export const conditionNames: ReadonlyMap<string, Meaning<ConditionOperator>> = new Map([
  ['_eq', plain<ConditionOperator>('_eq')],
  ['_ne', negated('_eq')],
  ['_gt', plain('_gt')],
  ['_gte', plain('_gte')],
  ['_lt', plain('_lt')],
  ['_lte', plain('_lte')],
  ['_in', plain('_in')],
  ['_nin', negated('_in')],
  ['_exists', plain('_exists')],
  ['_isNull', plain('_isNull')],
  ['_startsWith', plain('_startsWith')],
  ['_like', plain('_like')],
  ['_ilike', plain('_ilike')],
  ['_contains', plain('_contains')],
]);

/** The operators on arrays, by their names in a filter. */
export const listNames: ReadonlyMap<string, Meaning<ListOperator>> = new Map([
  ['_some', plain<ListOperator>('some')],
  ['_every', plain('every')],
  ['_none', negated('some')],
  ['_size', plain('size')],
]);

/** The names of all operators. */
export const operatorNames: ReadonlySet<string> = new Set([
  ...conditionNames.keys(),
  ...listNames.keys(),
  '_and',
  '_or',
  '_not',
  '_search',
]);
