import type { ColumnType } from '../columns/columns.js';

/** A comparison that the filter builder offers. */
export interface Operator {
  name: OperatorName;
  label: string;
  /** How the user enters the operand. */
  operand: 'value' | 'list' | 'text' | 'none';
}

export type OperatorName =
  | '_eq'
  | '_ne'
  | '_gt'
  | '_gte'
  | '_lt'
  | '_lte'
  | '_in'
  | '_nin'
  | '_contains'
  | 'includes'
  | '_startsWith'
  | '_ilike'
  | '_like'
  | 'exists'
  | 'missing'
  | 'empty'
  | 'filled';

/** All comparisons, in the order in which the builder lists them. */
const operators: readonly Operator[] = [
  { name: '_eq', label: 'is', operand: 'value' },
  { name: '_ne', label: 'is not', operand: 'value' },
  { name: '_gt', label: 'is greater than', operand: 'value' },
  { name: '_gte', label: 'is at least', operand: 'value' },
  { name: '_lt', label: 'is less than', operand: 'value' },
  { name: '_lte', label: 'is at most', operand: 'value' },
  { name: '_in', label: 'is one of', operand: 'list' },
  { name: '_nin', label: 'is none of', operand: 'list' },
  { name: 'includes', label: 'contains the text', operand: 'text' },
  { name: '_startsWith', label: 'starts with', operand: 'text' },
  { name: '_ilike', label: 'is like (any case)', operand: 'text' },
  { name: '_like', label: 'is like', operand: 'text' },
  { name: '_contains', label: 'has the element', operand: 'value' },
  { name: 'exists', label: 'exists', operand: 'none' },
  { name: 'missing', label: 'is missing', operand: 'none' },
  { name: 'filled', label: 'has a value', operand: 'none' },
  { name: 'empty', label: 'is null or missing', operand: 'none' },
];

const EQUALITY: readonly OperatorName[] = ['_eq', '_ne', '_in', '_nin'];
const RANGE: readonly OperatorName[] = ['_gt', '_gte', '_lt', '_lte'];
const TEXT: readonly OperatorName[] = ['includes', '_startsWith', '_ilike', '_like'];
const EXISTENCE: readonly OperatorName[] = ['exists', 'missing', 'filled', 'empty'];

const offered: Record<ColumnType, readonly OperatorName[]> = {
  text: [...EQUALITY, ...RANGE, ...TEXT, ...EXISTENCE],
  number: [...EQUALITY, ...RANGE, ...EXISTENCE],
  boolean: ['_eq', '_ne', ...EXISTENCE],
  date: [...EQUALITY, ...RANGE, ...TEXT, ...EXISTENCE],
  dateTime: [...EQUALITY, ...RANGE, ...EXISTENCE],
  choice: [...EQUALITY, ...EXISTENCE],
  reference: [...EQUALITY, ...EXISTENCE],
  json: ['_contains', '_eq', '_ne', ...EXISTENCE],
  any: operators.map(({ name }) => name),
};

/** Returns the comparisons for a type of column, and `current` even if it is none of them. */
export function operatorsFor(type: ColumnType, path: string, current?: OperatorName): Operator[] {
  const names = path.startsWith('$') ? [...EQUALITY, ...RANGE] : offered[type];
  return operators.filter(({ name }) => names.includes(name) || name === current);
}

/** Returns a comparison by its name. */
export function operatorOf(name: OperatorName): Operator {
  return operators.find((operator) => operator.name === name) ?? { name, label: name, operand: 'value' };
}
