import { Kind } from 'graphql';
import type { FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode } from 'graphql';

/**
 * Returns the fragment of a selection; undefined if no fragment has the name, or if `seen` contains the name. Spreading
 * a fragment a second time adds nothing to a selection, and following a cycle would never end.
 */
export function fragmentOf(
  selection: FragmentSpreadNode | InlineFragmentNode,
  find: (name: string) => FragmentDefinitionNode | null | undefined,
  seen: Set<string>,
): FragmentDefinitionNode | InlineFragmentNode | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const name = selection.name.value;
  if (seen.has(name)) return undefined;
  seen.add(name);
  return find(name) ?? undefined;
}
