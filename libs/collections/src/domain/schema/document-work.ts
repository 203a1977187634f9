import type { JsonValue } from '@haven/kernel';

// A step goes through this many characters, where a schema counts or compares them.
const CHARACTERS_PER_STEP = 8;

/**
 * How many steps a schema can take at most to evaluate a document, from the steps it takes at one place by depth.
 * Costs a walk of the document down to where the schema no longer looks.
 */
export function workOn(data: JsonValue, stepsByDepth: readonly number[]): number {
  let work = 0;
  weigh(data, 0, 0);
  return work;

  function weigh(value: JsonValue, depth: number, name: number): void {
    const steps = stepsByDepth[depth] ?? 0;
    if (steps === 0) return;
    const text = typeof value === 'string' ? value.length : 0;
    work += steps * (1 + (name + text) / CHARACTERS_PER_STEP);
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) for (const item of value) weigh(item, depth + 1, 0);
    else for (const key of Object.keys(value)) weigh(value[key] ?? null, depth + 1, key.length);
  }
}
