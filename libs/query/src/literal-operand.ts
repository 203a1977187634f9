import { invalid, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { operatorNames } from './operator-names.js';
import type { ConditionOperator } from './operator-names.js';
import { isTypeName } from './typed-operand.js';

/**
 * Refuses an operator inside an operand that is compared literally. The client most likely means the operator rather
 * than a member of that name, and the filter would silently match nothing. `_eq` takes any value.
 */
export function refuseOperators(operand: JsonValue, outer: ConditionOperator, pointer: string): void {
  const path = pathToOperator(operand);
  if (!path) return;
  const advice = outer === '_contains' ? 'for conditions on elements, use _some; ' : '';
  throw invalid(
    'FILTER_INVALID',
    path.reduce<string>(pointerTo, pointer),
    `"${path.at(-1)}" is an operator, but the operand of ${outer} is compared as it is; ` +
      `${advice}to compare with a member of that name, use _eq`,
  );
}

/** Returns the path to the first member that is named like an operator. Builds nothing if there is none. */
function pathToOperator(value: JsonValue): string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const name of Object.keys(value)) {
    if (operatorNames.has(name) || isTypeName(name)) return [name]; // never the index of an array
    const path = pathToOperator((value as JsonObject)[name] ?? null);
    if (path) return [name, ...path];
  }
  return undefined;
}
