import { invalid } from '@haven/kernel';

import { flatten, ownSteps, stepsPerMember } from './schema-place.js';
import type { SchemaNode } from './schema-tree.js';

/** Maximum nesting depth of a document. Recursive schemas are analyzed down to this depth. */
const DOCUMENT_DEPTH = 64;

// Maximum cost of the analysis itself. An ordinary schema needs a few thousand steps.
const ANALYSIS_STEPS = 500_000;

/**
 * Returns, for each depth of a document, the maximum number of steps to evaluate the schema for one value at that
 * depth: `[3, 1]` means three steps for the document itself and one for each of its members. Refuses a schema that
 * takes more than `limit` steps at any depth, or that refers to itself without going deeper into the document.
 *
 * A recursive schema that visits each value of a document once takes linear time, which is acceptable. The cost becomes
 * exponential if the schema reaches the same value by several paths, because the number of paths multiplies with every
 * level: an `anyOf` with two branches that both recurse into `items` evaluates the same item 2^depth times. So the
 * steps are computed level by level. To find the steps that a schema takes for a value d levels below it, the function
 * adds up the steps that the subschemas for one member take for a value d-1 levels below them. Members with different
 * names, such as `left` and `right` of a tree, are different values, so only the most expensive member counts.
 * Subschemas that apply to any member are added to those of each member.
 */
export function stepsByDepth(root: SchemaNode, limit: number): number[] {
  const places = survey(root);
  const steps: number[] = [];
  let current = places.map((place) => place.steps);
  for (let depth = 0; depth <= DOCUMENT_DEPTH && current.some((count) => count > 0); depth++) {
    const [here = 0] = current;
    // The number of steps can overflow to Infinity, and become NaN at greater depths. Both must be refused.
    if (!(here <= limit)) throw tooCostly(places, current, limit, depth);
    steps.push(here);
    const below = current;
    const ownMembers = depth === 0;
    current = places.map((place) =>
      Math.max(
        most(place.members, below) + addCosts(place.anyMember, below) + (ownMembers ? place.stepsPerMember : 0),
        most(place.items, below) + addCosts(place.anyItem, below),
      ),
    );
  }
  return steps;
}

/**
 * A schema, considered together with all schemas that it applies to the same value (for example through `allOf`): the
 * sum of their steps, and all schemas that they apply to the members and items of the value.
 */
interface CostedNode {
  readonly node: SchemaNode;
  steps: number;
  stepsPerMember: number;
  readonly members: Map<string | number, Way[]>;
  readonly anyMember: Way[];
  readonly items: Map<string | number, Way[]>;
  readonly anyItem: Way[];
}

/**
 * The index of a `CostedNode` in the list that `survey` returns, and the number of paths through the schema that lead
 * to it.
 */
type Way = readonly [place: number, times: number];

/** Returns all nodes that can be reached from the root, with the root first. */
function survey(root: SchemaNode): CostedNode[] {
  const places: CostedNode[] = [];
  const index = new Map<SchemaNode, number>();
  let allowance = ANALYSIS_STEPS;
  enter(root);
  for (const place of places) {
    for (const [node, times] of flatten(place.node)) {
      place.steps += times * ownSteps(node);
      place.stepsPerMember += times * stepsPerMember(node);
      allowance -= 1 + node.subschemas.length;
      if (allowance < 0)
        throw invalid('SCHEMA_INVALID', '', 'refers to itself in too many ways for its cost to be computed');
      for (const { reach, key, node: child } of node.subschemas) {
        if (reach === 'anyMember') place.anyMember.push([enter(child), times]);
        if (reach === 'anyItem') place.anyItem.push([enter(child), times]);
        if (reach === 'member') push(place.members, key ?? '', [enter(child), times]);
        if (reach === 'item') push(place.items, key ?? '', [enter(child), times]);
      }
    }
  }
  return places;

  function enter(node: SchemaNode): number {
    const known = index.get(node);
    if (known !== undefined) return known;
    index.set(node, places.length);
    places.push({
      node,
      steps: 0,
      stepsPerMember: 0,
      members: new Map(),
      anyMember: [],
      items: new Map(),
      anyItem: [],
    });
    return places.length - 1;
  }
}

function push(ways: Map<string | number, Way[]>, key: string | number, way: Way): void {
  const known = ways.get(key);
  if (known) known.push(way);
  if (!known) ways.set(key, [way]);
}

function addCosts(ways: readonly Way[], steps: readonly number[]): number {
  return ways.reduce((total, [place, times]) => total + times * (steps[place] ?? 0), 0);
}

function most(ways: ReadonlyMap<unknown, readonly Way[]>, steps: readonly number[]): number {
  let highest = 0;
  for (const same of ways.values()) highest = Math.max(highest, addCosts(same, steps));
  return highest;
}

function tooCostly(places: readonly CostedNode[], steps: readonly number[], limit: number, depth: number): Error {
  const worst = steps.indexOf(Math.max(...steps));
  const detail =
    `takes more than ${limit} steps to evaluate at one place, ${depth} levels down (limits.schemaCost); ` +
    'if several branches recurse into the same member or items, keep only one of them';
  return invalid('SCHEMA_INVALID', places[worst]?.node.pointer ?? '', detail);
}
