import { getNamedType, GraphQLFloat, Kind } from 'graphql';
import type { ASTNode, ASTVisitFn, FloatValueNode, IntValueNode, ValidationRule } from 'graphql';

import { graphqlErrorFrom } from '@haven/api';
import { inexactNumberReason, invalid, isExactNumber, pointerTo, unsupportedTextReason } from '@haven/kernel';

/**
 * Refuses literals that cannot be stored as they are written: strings with unsupported text, for arguments of any type,
 * and numbers that `Float` would round. The parser of JSON refuses both in variables, with the same code, and the
 * scalar `JSON` refuses such numbers itself.
 */
export const literalRule: ValidationRule = (context) => {
  const number: ASTVisitFn<IntValueNode | FloatValueNode> = (node, _key, parent, path, ancestors) => {
    if (getNamedType(context.getInputType()) !== GraphQLFloat || isExactNumber(node.value)) return;
    refuse(inexactNumberReason(node.value), path, parent ? [...ancestors, parent] : ancestors);
  };
  return {
    IntValue: number,
    FloatValue: number,
    StringValue(node, _key, parent, path, ancestors) {
      const reason = unsupportedTextReason(node.value);
      if (reason !== undefined) refuse(reason, path, parent ? [...ancestors, parent] : ancestors);
    },
  };

  function refuse(
    reason: string,
    path: readonly (string | number)[],
    containers: readonly (ASTNode | readonly ASTNode[])[],
  ): void {
    context.reportError(graphqlErrorFrom(invalid('JSON_NOT_EXACT', literalPointer(path, containers), reason)));
  }
};

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
