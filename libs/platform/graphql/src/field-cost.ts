import type { GraphQLField } from 'graphql';

/**
 * `extensions` of a field whose value is a part of the object that has been read, such as a member of a document: it
 * costs nothing itself, unless it is JSON. What is read below a list of embedded objects counts for each of them.
 */
export const EMBEDDED = { cost: 'embedded' } as const;

/** `extensions` of a field that is not a root field, but is read by a statement of its own, for all of its objects. */
export const READ = { cost: 'read' } as const;

/** Returns what the `extensions` of a field say of its cost. */
export function fieldCostOf({
  extensions,
}: Pick<GraphQLField<unknown, unknown>, 'extensions'>): typeof EMBEDDED.cost | typeof READ.cost | undefined {
  const { cost } = extensions;
  return cost === EMBEDDED.cost || cost === READ.cost ? cost : undefined;
}
