import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { SizeComparison } from './filter.js';
import { isSystemOperator } from './operand.js';
import { conditionNames } from './operator-names.js';

/** A comparison in the operand of `_size`. */
interface ReadSize {
  readonly condition: SizeComparison;
  readonly isNegated: boolean;
  readonly pointer: string;
}

/** Reads the operand of `_size`: a number of elements, or an object of operators on it. */
export function readSizes(operand: JsonValue, pointer: string): ReadSize[] {
  if (!isJsonObject(operand))
    return [{ condition: { operator: '_eq', operand: size(operand, pointer) }, isNegated: false, pointer }];
  const members = Object.entries(operand);
  if (members.length === 0) throw invalidSize(pointer, 'must not be empty');
  return members.map(([name, value]) => readSize(name, value, pointerTo(pointer, name)));
}

function readSize(name: string, operand: JsonValue, pointer: string): ReadSize {
  const { operator, isNegated = false } = conditionNames.get(name) ?? {};
  if (!operator || !isSystemOperator(operator)) {
    const known = [...conditionNames].filter(([, one]) => isSystemOperator(one.operator)).map(([one]) => one);
    throw invalidSize(pointer, `"${name}" is not an operator of a size (${known.join(', ')})`);
  }
  if (operator !== '_in') return { condition: { operator, operand: size(operand, pointer) }, isNegated, pointer };
  if (!Array.isArray(operand)) throw invalidSize(pointer, 'must be an array');
  const sizes = operand.map((one, index) => size(one, pointerTo(pointer, index)));
  return { condition: { operator, operand: sizes }, isNegated, pointer };
}

function size(operand: JsonValue, pointer: string): number {
  if (typeof operand !== 'number' || !Number.isSafeInteger(operand) || operand < 0)
    throw invalidSize(pointer, 'must be a whole number that is not negative');
  return operand;
}

function invalidSize(pointer: string, detail: string) {
  return invalid('FILTER_INVALID', pointer, detail);
}
