import { Kind } from 'graphql';
import type { FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode } from 'graphql';

/**
 * The fragment that a selection stands for; undefined if there is none of the name, or if `seen` has it: the same fragment adds
 * nothing to a selection for the second time, and a cycle ends there.
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
