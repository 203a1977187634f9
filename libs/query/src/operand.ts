import { invalid, limitExceeded, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { codePointLength, isStorableText } from './code-points.js';
import type { Condition, SystemCondition } from './filter.js';
import type { ValueType } from './index-definition.js';
import type { QueryLimits } from './limits.js';
import type { ConditionOperator } from './operator-names.js';
import type { SystemField } from './path.js';
import { systemValue, systemValueKinds } from './system-value.js';
import { literalOf, readTyped } from './typed-operand.js';
import type { TypedOperand } from './typed-operand.js';

const maxWildcards = 10;

/** Whether the operator can be used on system fields. */
export function isSystemOperator(operator: ConditionOperator): operator is SystemCondition['operator'] {
  return /^_(eq|in|[gl]te?)$/.test(operator);
}

interface OperandUse {
  readonly pointer: string;
  readonly limits: QueryLimits;
}

/**
 * Checks the operand of an operator on a member of the data. Returns one condition, or several for a list whose values
 * are compared in several ways: then the member has to satisfy one of them.
 */
export function readConditions(operator: ConditionOperator, operand: JsonValue, use: OperandUse): Condition[] {
  if (operator === '_in') return readListConditions(readList(operand, use.pointer), use);
  const typed = readTyped(operand, use.pointer);
  return [typed ? typedCondition(operator, typed, use.pointer) : readCondition(operator, literalOf(operand), use)];
}

function typedCondition(operator: ConditionOperator, { as, text }: TypedOperand, pointer: string): Condition {
  countStorable(text, pointer);
  switch (operator) {
    case '_eq':
    case '_gt':
    case '_gte':
    case '_lt':
    case '_lte':
      return { operator, operand: text, as };
    case '_startsWith':
      if (as === 'caseless') return { operator, operand: text, as };
  }
  const advice = operator === '_like' && as === 'caseless' ? '; use _ilike to ignore case' : '';
  throw invalidOperand(pointer, `must not be a \`$${as}\`, which ${operator} does not support${advice}`);
}

function readListConditions(list: JsonValue[], { pointer }: OperandUse): Condition[] {
  countStorable(list, pointer);
  const typed = list.map((value, index) => readTyped(value, pointerTo(pointer, index)));
  const plain = list.filter((_, index) => !typed[index]).map(literalOf);
  const ofType = (as: ValueType): Condition[] => {
    const texts = typed.flatMap((one) => (one?.as === as ? [one.text] : []));
    return texts.length > 0 ? [{ operator: '_in', operand: texts, as }] : [];
  };
  const conditions = [...ofType('dateTime'), ...ofType('caseless')];
  return plain.length > 0 || conditions.length === 0
    ? [{ operator: '_in', operand: plain }, ...conditions]
    : conditions;
}

function readCondition(
  operator: Exclude<ConditionOperator, '_in'>,
  operand: JsonValue,
  { pointer, limits }: OperandUse,
): Condition {
  const values = countStorable(operand, pointer);
  switch (operator) {
    case '_eq':
      return { operator, operand };
    case '_contains':
      if (values > limits.inLength) throw limitExceeded('limits.inLength', limits.inLength, pointer);
      return { operator, operand };
    case '_exists':
    case '_isNull':
      if (typeof operand !== 'boolean') throw invalidOperand(pointer, 'must be true or false');
      return { operator, operand };
    case '_startsWith':
      return { operator, operand: text(operand, pointer) };
    case '_like':
    case '_ilike':
      return { operator, operand: pattern(operand, pointer, limits) };
    case '_gt':
    case '_gte':
    case '_lt':
    case '_lte':
      if (typeof operand !== 'number' && typeof operand !== 'string') {
        throw invalidOperand(pointer, 'must be a number or a string');
      }
      return { operator, operand };
  }
}

/** Checks and normalizes the operand of an operator on a system field. */
export function readSystemCondition(
  field: SystemField,
  operator: SystemCondition['operator'],
  operand: JsonValue,
  pointer: string,
): SystemCondition {
  const read = (value: JsonValue, at: string) => {
    const typed = readTyped(value, at);
    // A time is compared as an instant in any case.
    const normalized = systemValue(field, typed?.as === 'dateTime' && isTime(field) ? typed.text : value);
    if (normalized === null) throw invalidOperand(at, `must be ${systemValueKinds[field]}`);
    return normalized;
  };
  if (operator !== '_in') return { operator, operand: read(operand, pointer) };
  return {
    operator,
    operand: readList(operand, pointer).map((value, index) => read(value, pointerTo(pointer, index))),
  };
}

function isTime(field: SystemField): boolean {
  return field === 'createdAt' || field === 'updatedAt';
}

function readList(operand: JsonValue, pointer: string): JsonValue[] {
  if (!Array.isArray(operand)) throw invalidOperand(pointer, 'must be an array');
  return operand;
}

function text(operand: JsonValue, pointer: string): string {
  if (typeof operand !== 'string') throw invalidOperand(pointer, 'must be a string');
  return operand;
}

function pattern(operand: JsonValue, pointer: string, limits: QueryLimits): string {
  const like = text(operand, pointer);
  if (codePointLength(like) > limits.patternLength) {
    throw limitExceeded('limits.patternLength', limits.patternLength, pointer);
  }
  const unescaped = like.replaceAll(/\\./gsu, '');
  if (unescaped.endsWith('\\'))
    throw invalidOperand(pointer, 'must not end with a single backslash; write "\\\\" for a literal backslash');
  if (unescaped.split('%').length - 1 > maxWildcards) {
    throw invalid('LIMIT_EXCEEDED', pointer, `has more than ${maxWildcards} wildcards "%"`);
  }
  return like;
}

/**
 * Refuses a value that contains text that PostgreSQL cannot store. Returns the number of values in it, including nested
 * ones.
 */
function countStorable(value: JsonValue, pointer: string): number {
  if (typeof value === 'string') {
    if (!isStorableText(value))
      throw invalidOperand(pointer, 'contains U+0000 or a lone surrogate, which cannot be stored');
    return 1;
  }
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const [name, member] of Object.entries(value)) {
    if (!isStorableText(name))
      throw invalidOperand(pointer, 'has a member name with U+0000 or a lone surrogate, which cannot be stored');
    count += countStorable(member, pointerTo(pointer, name));
  }
  return count;
}

function invalidOperand(pointer: string, detail: string) {
  return invalid('FILTER_INVALID', pointer, detail);
}
