import type { Data } from '../api/types.js';
import type { Column } from '../columns/columns.js';
import { isEqual, isObject } from '../values/diff.js';
import type { OperatorName } from './operators.js';
import { containedText, containsPattern } from './text-pattern.js';

/** A condition on a member. */
export interface Condition {
  path: string;
  operator: OperatorName;
  /** The operand as JSON; undefined if the operator has none. */
  value?: unknown;
}

/** Conditions as the builder shows them. */
export interface Conditions {
  match: 'all' | 'any';
  conditions: readonly Condition[];
}

type Columns = ReadonlyMap<string, Pick<Column, 'type' | 'names'>>;

/** Returns the filter for conditions. */
export function filterOf({ match, conditions }: Conditions, columns: Columns): Data {
  const parts = conditions.map((condition) => partOf(condition, columns));
  if (match === 'any' && parts.length > 1) return { _or: parts };
  const merged = merge(parts);
  return merged ?? { _and: parts };
}

/** Returns the conditions of a filter; null if the builder cannot show it. */
export function conditionsOf(filter: Data): Conditions | null {
  const [only, ...others] = Object.keys(filter);
  const list = others.length === 0 && (only === '_or' || only === '_and') ? filter[only] : undefined;
  if (!Array.isArray(list)) return all('all', [filter]);
  return list.length === 0 ? null : all(only === '_or' ? 'any' : 'all', list);
}

function all(match: Conditions['match'], parts: readonly unknown[]): Conditions | null {
  const conditions: Condition[] = [];
  for (const part of parts) {
    const found = isObject(part) ? read(part) : null;
    if (!found || (match === 'any' && found.length !== 1)) return null;
    conditions.push(...found);
  }
  return { match, conditions };
}

/** Reads a filter whose members are paths with operators. */
function read(filter: Data): Condition[] | null {
  const conditions: Condition[] = [];
  for (const [path, condition] of Object.entries(filter)) {
    if (path.startsWith('_')) return null;
    if (!isObject(condition) || isTyped(condition)) {
      conditions.push({ path, operator: '_eq', value: plain(condition) });
      continue;
    }
    const entries = Object.entries(condition);
    if (entries.length === 0) return null;
    for (const [operator, operand] of entries) {
      const found = conditionOf(path, operator, operand);
      if (!found) return null;
      conditions.push(found);
    }
  }
  return conditions;
}

const SAME: readonly string[] = ['_eq', '_ne', '_gt', '_gte', '_lt', '_lte', '_contains'] satisfies OperatorName[];
const LISTS: readonly string[] = ['_in', '_nin'] satisfies OperatorName[];
const TEXTS: readonly string[] = ['_startsWith', '_like', '_ilike'] satisfies OperatorName[];

function conditionOf(path: string, operator: string, operand: unknown): Condition | null {
  if (operator === '_exists' && typeof operand === 'boolean') return { path, operator: operand ? 'exists' : 'missing' };
  if (operator === '_isNull' && typeof operand === 'boolean') return { path, operator: operand ? 'empty' : 'filled' };
  if (operator === '_ilike' && typeof operand === 'string') {
    const included = containedText(operand);
    if (included !== undefined) return { path, operator: 'includes', value: included };
  }
  const isKnown =
    SAME.includes(operator) ||
    (LISTS.includes(operator) && Array.isArray(operand)) ||
    (TEXTS.includes(operator) && typeof operand === 'string');
  if (!isKnown) return null;
  const value = Array.isArray(operand) && operator !== '_eq' ? operand.map(plain) : plain(operand);
  return { path, operator: operator as OperatorName, value }; // it is in one of the lists
}

function partOf({ path, operator, value }: Condition, columns: Columns): Data {
  const column = columns.get(path);
  const isInstant = column?.type === 'dateTime' && column.names.length > 0;
  const typed = (operand: unknown): unknown =>
    isInstant && typeof operand === 'string' ? { $dateTime: operand } : operand;
  switch (operator) {
    case 'exists':
    case 'missing':
      return { [path]: { _exists: operator === 'exists' } };
    case 'empty':
    case 'filled':
      return { [path]: { _isNull: operator === 'empty' } };
    case 'includes':
      return { [path]: { _ilike: containsPattern(String(value)) } };
    case '_in':
    case '_nin':
      return { [path]: { [operator]: Array.isArray(value) ? value.map(typed) : [] } };
    case '_eq':
      return { [path]: isObject(value) ? { _eq: value } : typed(value) };
    default:
      return { [path]: { [operator]: typed(value) } };
  }
}

/** Returns one filter with all conditions; null if two of them have the same member and operator. */
function merge(parts: readonly Data[]): Data | null {
  const merged = new Map<string, unknown>();
  for (const [path, condition] of parts.flatMap((part) => Object.entries(part))) {
    const known = merged.get(path);
    if (known === undefined) merged.set(path, condition);
    else if (isEqual(known, condition)) continue;
    else if (!isPlainCondition(known) || !isPlainCondition(condition)) return null;
    else if (Object.keys(condition).some((operator) => Object.hasOwn(known, operator))) return null;
    else merged.set(path, { ...known, ...condition });
  }
  return Object.fromEntries(merged);
}

function isPlainCondition(condition: unknown): condition is Data {
  return isObject(condition) && !isTyped(condition);
}

/** Whether a value is an operand with a type, such as `{"$dateTime": …}`. */
function isTyped(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 1 && typeof value.$dateTime === 'string';
}

function plain(value: unknown): unknown {
  return isTyped(value) && isObject(value) ? value.$dateTime : value;
}
