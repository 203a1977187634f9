import { Kind, parse } from 'graphql';
import type { SelectionSetNode } from 'graphql';

/**
 * Returns the names of the root fields that a document selects, in any of its operations and fragments; undefined if it
 * is not well-formed or has more than `maxTokens` tokens.
 */
export function rootFieldsOf(
  text: string,
  { rootTypes, maxTokens }: { rootTypes: ReadonlySet<string>; maxTokens: number },
): Set<string> | undefined {
  const fields = new Set<string>();
  try {
    for (const definition of parse(text, { maxTokens, noLocation: true }).definitions) {
      const isRoot =
        definition.kind === Kind.OPERATION_DEFINITION ||
        (definition.kind === Kind.FRAGMENT_DEFINITION && rootTypes.has(definition.typeCondition.name.value));
      if (isRoot) collectFields(definition.selectionSet, fields);
    }
    return fields;
  } catch {
    return undefined; // the server that runs the document reports the error
  }
}

/** Collects the fields of a selection. Fragments that it spreads are definitions of their own. */
function collectFields({ selections }: SelectionSetNode, fields: Set<string>): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) fields.add(selection.name.value);
    else if (selection.kind === Kind.INLINE_FRAGMENT) collectFields(selection.selectionSet, fields);
  }
}
