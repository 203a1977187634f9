import { Kind } from 'graphql';
import type { ASTNode, ValidationRule } from 'graphql';

import { graphqlErrorFrom } from '@haven/api';
import { invalid, pointerTo, unsupportedTextReason } from '@haven/kernel';

/**
 * Refuses string literals with text that cannot be stored, for arguments of any type. The parser of JSON refuses such
 * text in variables, with the same code.
 */
export const literalRule: ValidationRule = (context) => ({
  StringValue(node, _key, parent, path, ancestors) {
    const reason = unsupportedTextReason(node.value);
    if (reason === undefined) return;
    context.reportError(
      graphqlErrorFrom(
        invalid('JSON_NOT_EXACT', literalPointer(path, parent ? [...ancestors, parent] : ancestors), reason),
      ),
    );
  },
});

/**
 * Returns the pointer to a literal: the name of the argument, and the members and items that contain the literal. Each
 * step of the path leads out of the container at the same index.
 */
function literalPointer(
  path: readonly (string | number)[],
  containers: readonly (ASTNode | readonly ASTNode[])[],
): string {
  return containers.reduce<string>((pointer, container, depth) => {
    const step = path[depth];
    if ('length' in container) return path[depth - 1] === 'values' ? pointerTo(pointer, step ?? '') : pointer;
    const isNamed = container.kind === Kind.ARGUMENT || container.kind === Kind.OBJECT_FIELD;
    return isNamed ? pointerTo(pointer, container.name.value) : pointer;
  }, '');
}
