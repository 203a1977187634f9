import { execute, getOperationAST, getVariableValues, Kind, SchemaMetaFieldDef, TypeMetaFieldDef } from 'graphql';
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';

import { collectFields } from './selected-fields.js';

/**
 * Executes a query. Its fields `__schema` and `__type` are executed against the public schema, because graphql-js
 * describes the schema that it executes.
 */
export async function executeWithIntrospection(args: ExecutionArgs, schema: GraphQLSchema): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName);
  const fragments = fragmentsOf(args.document);
  if (!operation || !asksForSchema(operation.selectionSet, fragments)) return execute(args);
  const fields = rootFields(operation, args, schema);
  if (!fields) return execute(args); // reports the invalid variables
  const nodes = [...fields.values()].flat();
  const described = await execute({
    ...args,
    schema,
    document: withRoot(args.document, operation, nodes.filter(isMeta)),
  });
  const others = nodes.filter((node) => !isMeta(node));
  if (others.length === 0 || !described.data) return described;
  return merge(
    [...fields.keys()],
    described,
    await execute({ ...args, document: withRoot(args.document, operation, others) }),
  );
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/** Whether an operation may select introspection. A valid document has no cycle of fragments. */
function asksForSchema({ selections }: SelectionSetNode, fragments: Fragments): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return isMeta(selection);
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    return fragment !== undefined && asksForSchema(fragment.selectionSet, fragments);
  });
}

function isMeta({ name }: FieldNode): boolean {
  return name.value === SchemaMetaFieldDef.name || name.value === TypeMetaFieldDef.name;
}

/** Returns the selected root fields, or undefined if the variables are invalid. */
function rootFields(
  operation: OperationDefinitionNode,
  { variableValues, document }: ExecutionArgs,
  schema: GraphQLSchema,
) {
  const type = schema.getQueryType();
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (!type || !coerced) return undefined;
  return collectFields(type, [operation.selectionSet], {
    schema,
    fragments: fragmentsOf(document),
    variables: coerced,
  });
}

/** Returns the document with only the given fields at the root of the operation. */
function withRoot(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  fields: readonly FieldNode[],
): DocumentNode {
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: fields };
  const definitions = document.definitions.map((each) => (each === operation ? { ...operation, selectionSet } : each));
  return { ...document, definitions };
}

/** Merges two results, with the fields in their order in the document. */
function merge(names: readonly string[], left: ExecutionResult, right: ExecutionResult): ExecutionResult {
  const data = { ...left.data, ...right.data };
  const errors = [...(left.errors ?? []), ...(right.errors ?? [])];
  return {
    ...(errors.length > 0 && { errors }),
    data: right.data ? Object.fromEntries(names.map((name) => [name, data[name]])) : (right.data ?? null),
  };
}
