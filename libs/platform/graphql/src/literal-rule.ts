import { Kind } from 'graphql';
import type { ASTNode, ValidationRule } from 'graphql';

import { graphqlErrorFrom } from '@haven/api';
import { invalid, pointerTo, unsupportedTextReason } from '@haven/kernel';

/**
 * Refuses string literals with text that cannot be stored, for arguments of any type. The parser of JSON refuses such
 * text in variables, with the same code.
 */
export const literalRule: ValidationRule = (context) => ({
  StringValue(node, _key, _parent, path, ancestors) {
    const reason = unsupportedTextReason(node.value);
    if (reason === undefined) return;
    context.reportError(graphqlErrorFrom(invalid('JSON_NOT_EXACT', literalPointer(path, ancestors), reason)));
  },
});

/** Returns the pointer to a literal: the name of the argument, and the members and items that contain the literal. */
function literalPointer(
  path: readonly (string | number)[],
  ancestors: readonly (ASTNode | readonly ASTNode[])[],
): string {
  return ancestors.reduce<string>((pointer, ancestor, depth) => {
    const step = path[depth];
    if ('length' in ancestor) return path[depth - 1] === 'values' ? pointerTo(pointer, step ?? '') : pointer;
    const isNamed = ancestor.kind === Kind.ARGUMENT || ancestor.kind === Kind.OBJECT_FIELD;
    return isNamed ? pointerTo(pointer, ancestor.name.value) : pointer;
  }, '');
}
