import { invalid } from '@haven/kernel';

import { flatten, looks, stepsPerMember } from './schema-place.js';
import type { SchemaNode } from './schema-tree.js';

/** The deepest a document may nest; a schema that recurses is followed this far. */
const DOCUMENT_DEPTH = 64;

// What the analysis itself may cost: a schema of ordinary shape needs a few thousand.
const ANALYSIS_STEPS = 500_000;

/**
 * How many steps evaluating the schema can take at one place of a document, by the place's depth: `[3, 1]` is three
 * steps for the document and one for each of its members. Refuses a schema that takes more than `limit` anywhere or
 * that comes back to itself without going deeper into the document.
 *
 * A recursive schema may visit many places, and each place once: that is linear in the document, and fine. What
 * explodes is visiting one place by many ways, for the ways multiply with every level: `anyOf` with two branches that
 * both recurse into `items` looks 2^depth times at the same item. So ways are counted, level by level: the steps at
 * depth d below a schema are those at d-1 below the schemas it applies to one and the same member, added up. Two
 * differently named members are different places, so of them only the more costly counts (`left` and `right` of a
 * tree), while what applies to any member adds to each.
 */
export function stepsByDepth(root: SchemaNode, limit: number): number[] {
  const places = survey(root);
  const steps: number[] = [];
  let current = places.map((place) => place.steps);
  for (let depth = 0; depth <= DOCUMENT_DEPTH && current.some((count) => count > 0); depth++) {
    const [here = 0] = current;
    // Ways beyond counting are Infinity, and may become NaN further down.
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

/** A schema together with all it applies to the same value, and where those look next. */
interface CostedNode {
  readonly node: SchemaNode;
  steps: number;
  stepsPerMember: number;
  readonly members: Map<string | number, Way[]>;
  readonly anyMember: Way[];
  readonly items: Map<string | number, Way[]>;
  readonly anyItem: Way[];
}

/** `times` ways lead to the place with this index. */
type Way = readonly [place: number, times: number];

/** Every place that can be reached from the root, which is the first. */
function survey(root: SchemaNode): CostedNode[] {
  const places: CostedNode[] = [];
  const index = new Map<SchemaNode, number>();
  let allowance = ANALYSIS_STEPS;
  enter(root);
  for (const place of places) {
    for (const [node, times] of flatten(place.node)) {
      place.steps += times * looks(node);
      place.stepsPerMember += times * stepsPerMember(node);
      allowance -= 1 + node.subschemas.length;
      if (allowance < 0)
        throw invalid('SCHEMA_INVALID', '', 'refers to itself in too many ways to tell what it would cost');
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
    'where several branches apply or recurse into the same member or items, let one do it';
  return invalid('SCHEMA_INVALID', places[worst]?.node.pointer ?? '', detail);
}
