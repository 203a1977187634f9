import { Kind } from 'graphql';
import type { FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode } from 'graphql';

/**
 * Returns the fragment of a selection; undefined if no fragment has the name, or if `seen` contains the name. A
 * fragment adds nothing to a selection the second time, and a cycle ends there.
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
