import { Kind, parse } from 'graphql';
import type { FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode } from 'graphql';
import { expect, it } from 'vitest';

import { fragmentOf } from './fragments.js';

const document = parse('{ ...A ...A ... on Query { b } ...Missing } fragment A on Query { a }');
const fragments = new Map(
  document.definitions
    .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
    .map((definition) => [definition.name.value, definition]),
);

it('returns each fragment once, inline fragments always, and undefined for an undefined name', () => {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document must start with an operation.');
  const selections = operation.selectionSet.selections as readonly (FragmentSpreadNode | InlineFragmentNode)[];
  const seen = new Set<string>();
  const found = selections.map((selection) => fragmentOf(selection, (name) => fragments.get(name), seen));
  expect(found).toEqual([fragments.get('A'), undefined, selections[2], undefined]);
});
