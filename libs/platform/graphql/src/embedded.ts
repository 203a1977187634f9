import type { GraphQLField } from 'graphql';

/**
 * `extensions` of a field whose value is a part of the object that has been read, such as a member of a document: it
 * costs nothing itself. What is read from the database below a list of embedded objects counts for each of them.
 */
export const EMBEDDED = { cost: 'embedded' } as const;

/** Whether the value of a field costs nothing itself. */
export function isEmbedded({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): boolean {
  return extensions['cost'] === EMBEDDED.cost;
}
