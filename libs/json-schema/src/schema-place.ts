import { invalid, isJsonObject } from '@haven/kernel';

import type { SchemaNode } from './schema-tree.js';

/**
 * Returns all schemas that are applied to a value when `entry` is evaluated against it (through `allOf`, `$ref`, `if`
 * …), each with the number of paths from `entry` to it. Where paths diverge and meet again, their numbers multiply:
 * with `a: allOf [b, b]` and `b: allOf [c, c]` there are four paths from `a` to `c`. Rejects a cycle, because its
 * evaluation would never end.
 */
export function flatten(entry: SchemaNode): Map<SchemaNode, number> {
  const done: SchemaNode[] = [];
  const state = new Map<SchemaNode, 'open' | 'done'>();
  visit(entry);
  const ways = new Map([[entry, 1]]);
  for (const node of done.toReversed()) {
    for (const next of appliedHere(node)) ways.set(next, (ways.get(next) ?? 0) + (ways.get(node) ?? 0));
  }
  return ways;

  function visit(node: SchemaNode): void {
    if (state.get(node) === 'open') {
      throw invalid('SCHEMA_INVALID', node.pointer, 'refers to itself for the same value, which would never end');
    }
    if (state.has(node)) return;
    state.set(node, 'open');
    for (const next of appliedHere(node)) visit(next);
    state.set(node, 'done');
    done.push(node);
  }
}

/**
 * Number of steps to evaluate one schema for one value, not counting its subschemas. Each member that the schema names
 * counts as one step.
 */
export function ownSteps({ schema }: SchemaNode): number {
  if (typeof schema === 'boolean') return 1;
  let count = 1;
  for (const keyword of ['required', 'properties', 'patternProperties']) {
    const names = schema[keyword];
    if (typeof names === 'object' && names !== null) count += Object.keys(names).length;
  }
  for (const keyword of ['dependentRequired', 'dependencies', 'dependentSchemas']) {
    const lists = schema[keyword];
    for (const list of isJsonObject(lists) ? Object.values(lists) : [])
      count += 1 + (Array.isArray(list) ? list.length : 0);
  }
  return count;
}

// Cost, in evaluation steps for each member of an object, of counting the members, checking their names, or recording
// which of them were evaluated.
const STEPS_TO_COUNT_MEMBER = 10;

/**
 * Number of steps that one schema takes for each member of the object that it evaluates, not counting its subschemas.
 */
export function stepsPerMember({ schema }: SchemaNode): number {
  if (typeof schema === 'boolean') return 0;
  const counting = ['minProperties', 'maxProperties', 'unevaluatedProperties', 'propertyNames'];
  return counting.filter((keyword) => keyword in schema).length * STEPS_TO_COUNT_MEMBER;
}

function appliedHere({ references, subschemas }: SchemaNode): SchemaNode[] {
  return [...references, ...subschemas.filter(({ reach }) => reach === 'here').map(({ node }) => node)];
}
