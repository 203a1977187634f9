import type { IndexDefinition } from '@haven/query';

/** Prints definitions of indexes as `haven.index_keys` reads them. */
export function definitionsText(indexes: readonly IndexDefinition[]): string {
  return JSON.stringify(
    indexes.map(({ id, unique, members }) => ({
      id,
      ...(unique && { unique }),
      members: members.map(({ field, direction, as }) => ({
        ...field,
        ...(direction === 'descending' && { descending: true }),
        ...(as && { as }),
      })),
    })),
  );
}
