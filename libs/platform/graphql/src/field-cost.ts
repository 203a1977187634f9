import type { GraphQLField } from 'graphql';

/**
 * `extensions` of a field whose value is a part of the object that has been read, such as a member of a document: it
 * costs nothing itself, unless it is JSON. What is read below a list of embedded objects counts for each of them.
 */
export const EMBEDDED = { cost: 'embedded' } as const;

/** `extensions` of a field that is not a root field, but is read by a statement of its own, for all of its objects. */
export const READ = { cost: 'read' } as const;

/**
 * Returns the `extensions` of a field that groups records. It costs as much as a count, and its lists have as many
 * items as its argument `limit` says.
 */
export function groupsCost(defaultLimit: number) {
  return { cost: 'groups', defaultLimit } as const;
}

/** Returns what the `extensions` of a field say of its cost. */
export function fieldCostOf({
  extensions,
}: Pick<GraphQLField<unknown, unknown>, 'extensions'>): 'embedded' | 'read' | 'groups' | undefined {
  const { cost } = extensions;
  return cost === 'embedded' || cost === 'read' || cost === 'groups' ? cost : undefined;
}

/** Returns the default of the argument `limit` of a field that groups records; undefined for other fields. */
export function defaultGroupsOf({
  extensions: { cost, defaultLimit },
}: Pick<GraphQLField<unknown, unknown>, 'extensions'>): number | undefined {
  return cost === 'groups' && typeof defaultLimit === 'number' ? defaultLimit : undefined;
}
