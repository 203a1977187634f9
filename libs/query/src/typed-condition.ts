import { foldCase } from './case-folding.js';
import { compareCodePoints } from './code-points.js';
import type { EvaluationWork } from './evaluation-work.js';
import type { TypedCondition } from './filter.js';
import { inOrder } from './in-order.js';
import { compareInstants, parseInstant } from './instant.js';
import type { Instant } from './instant.js';

/** Whether a string satisfies a condition that compares strings by their type. */
export function typedHolds(condition: TypedCondition, value: string, work?: EvaluationWork): boolean {
  work?.scan(value.length);
  if (condition.operator === '_in') work?.scan(condition.operand.length);
  return condition.as === 'caseless' ? caselessHolds(condition, value) : instantHolds(condition, value);
}

function caselessHolds(condition: TypedCondition, value: string): boolean {
  const folded = foldCase(value);
  switch (condition.operator) {
    case '_eq':
      return folded === condition.operand;
    case '_in':
      return condition.operand.includes(folded);
    case '_startsWith':
      return folded.startsWith(condition.operand);
    default:
      return inOrder(condition.operator, compareCodePoints(folded, condition.operand));
  }
}

function instantHolds(condition: TypedCondition, value: string): boolean {
  const instant = parseInstant(value);
  if (!instant) return false;
  const { operator } = condition;
  const instants = operandsOf(condition);
  if (operator === '_in' || operator === '_eq') return instants.some((one) => compareInstants(instant, one) === 0);
  const [bound] = instants;
  return bound !== undefined && operator !== '_startsWith' && inOrder(operator, compareInstants(instant, bound));
}

/** The instants of each condition that was evaluated, because webhooks evaluate the same filter again and again. */
const operands = new WeakMap<TypedCondition, readonly Instant[]>();

function operandsOf(condition: TypedCondition): readonly Instant[] {
  const known = operands.get(condition);
  if (known) return known;
  const texts = condition.operator === '_in' ? condition.operand : [condition.operand];
  const instants = texts.map(parseInstant).filter((instant) => instant !== null);
  operands.set(condition, instants);
  return instants;
}
