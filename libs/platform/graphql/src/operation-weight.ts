import { Kind, OperationTypeNode } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

import type { HavenConfig } from '@haven/config';

/**
 * Returns the cost of an operation's root fields for rate limits: the sum of what they would cost as REST requests.
 * Each field that reads related records is charged as another read.
 */
export function operationWeight(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { readCost, writeCost }: HavenConfig['rateLimits'],
): number {
  const fields = counts.get(operation) ?? fieldsOf(operation.selectionSet, fragmentsOf(document), new Map());
  counts.set(operation, fields);
  return fields * (operation.operation === OperationTypeNode.MUTATION ? writeCost : readCost);
}

/** The numbers of root fields of operations, as long as their documents are kept. */
const counts = new WeakMap<OperationDefinitionNode, number>();

function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/**
 * Counts the fields of a selection and of the fragments in it, but not the fields below them. The fields of each
 * fragment are counted only once and then cached, so the time is linear. A valid document has no cycles of fragments.
 */
function fieldsOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  known: Map<string, number>,
): number {
  let fields = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) fields += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT) fields += fieldsOf(selection.selectionSet, fragments, known);
    else fields += fieldsIn(selection.name.value, fragments, known);
  }
  return fields;
}

function fieldsIn(
  name: string,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  known: Map<string, number>,
): number {
  const counted = known.get(name);
  if (counted !== undefined) return counted;
  const fragment = fragments.get(name);
  const fields = fragment ? fieldsOf(fragment.selectionSet, fragments, known) : 0;
  known.set(name, fields);
  return fields;
}
