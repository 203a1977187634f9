import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { foldCase } from './case-folding.js';
import type { ValueType } from './index-definition.js';
import { parseInstant } from './instant.js';

/** An operand that says how it is compared, such as `{"$dateTime": "2026-01-01T00:00:00+02:00"}`. */
export interface TypedOperand {
  readonly as: ValueType;
  /** An RFC 3339 date-time, or a text that is folded with `foldCase`. */
  readonly text: string;
}

/** Whether a member of an operand is the name of a type. */
export function isTypeName(name: string): boolean {
  return types.has(name);
}

/** Whether a value is an object whose only member is the name of a type. */
export function isTyped(operand: JsonValue): boolean {
  return isTypeName(onlyMember(operand)?.[0] ?? '');
}

/** Reads an object whose only member is the name of a type. Returns undefined for any other value. */
export function readTyped(operand: JsonValue, pointer: string): TypedOperand | undefined {
  const [name = '', value] = onlyMember(operand) ?? [];
  const as = types.get(name);
  if (!as) return undefined;
  const refuse = (detail: string) => invalid('FILTER_INVALID', pointerTo(pointer, name), detail);
  if (as === 'caseless') {
    if (typeof value !== 'string') throw refuse('must be a string');
    return { as, text: foldCase(value) };
  }
  if (typeof value !== 'string' || !parseInstant(value))
    throw refuse('must be an RFC 3339 date-time, such as "2026-01-31T12:00:00Z"');
  return { as, text: value };
}

/**
 * Returns the JSON value with which a member is compared. An object whose only member is really named `$dateTime` or
 * `$caseless` has a backslash before this name in a filter, which is removed here.
 */
export function literalOf(operand: JsonValue): JsonValue {
  const [name = '', value] = onlyMember(operand) ?? [];
  return value !== undefined && /^\\+\$(dateTime|caseless)$/.test(name) ? { [name.slice(1)]: value } : operand;
}

const types = new Map<string, ValueType>([
  ['$dateTime', 'dateTime'],
  ['$caseless', 'caseless'],
]);

function onlyMember(value: JsonValue): [string, JsonValue] | undefined {
  if (!isJsonObject(value)) return undefined;
  const [first, second] = Object.entries(value);
  return second ? undefined : first;
}
