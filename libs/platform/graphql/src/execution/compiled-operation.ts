import { isNonNullType, OperationTypeNode } from 'graphql';
import type { FieldNode, GraphQLField, GraphQLObjectType } from 'graphql';

import type { PlannedOperation } from './plan-cache.js';
import { selectedFields } from './selected-fields.js';
import type { SelectionContext } from './selected-fields.js';
import { SelectionCompiler } from './selection-compiler.js';
import type { Writer } from './value-writers.js';

/** An operation whose results are written as text. */
export interface CompiledOperation {
  readonly parentType: GraphQLObjectType;
  /** Whether a root field is resolved after the one before it, because it may depend on its changes. */
  readonly isSerial: boolean;
  readonly fields: readonly CompiledField[];
}

/** A root field, with its resolver and the compiled selection of its result. */
export interface CompiledField {
  /** Name in the response. */
  readonly key: string;
  /** The text before the value. */
  readonly label: string;
  readonly nodes: readonly FieldNode[];
  readonly definition: GraphQLField<unknown, unknown>;
  readonly write: Writer;
}

/**
 * Compiles a valid operation; returns null if graphql-js has to execute it. All root fields must be nullable: an error
 * in one of them then has no effect on the others.
 */
export function compileOperation(planned: PlannedOperation, context: SelectionContext): CompiledOperation | null {
  const { operation } = planned;
  const parentType = context.schema.getRootType(operation.operation);
  if (!parentType || operation.operation === OperationTypeNode.SUBSCRIPTION) return null;
  const compiler = new SelectionCompiler(context);
  const fields: CompiledField[] = [];
  for (const [key, nodes] of selectedFields(parentType, [operation], context)) {
    const definition = parentType.getFields()[nodes[0].name.value]; // undefined for introspection
    const write = definition?.resolve && compiler.compile(definition.type, nodes);
    if (!write || isNonNullType(definition.type)) return null;
    fields.push({ key, label: `${fields.length === 0 ? '{' : ','}${JSON.stringify(key)}:`, nodes, definition, write });
  }
  if (fields.length === 0) return null;
  return { parentType, isSerial: operation.operation === OperationTypeNode.MUTATION, fields };
}
