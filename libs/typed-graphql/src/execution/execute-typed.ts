import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';

/** An operation whose document is valid for the public schema. */
export interface TypedOperation {
  /** The schema that clients see: introspection is executed against it. */
  readonly schema: GraphQLSchema;
  /** The same schema with the leaf type `TypedResult` for the results of typed root fields. */
  readonly execution: GraphQLSchema;
  readonly document: DocumentNode;
  /** Its own object for each operation: what the operation loads and its errors belong to this object. */
  readonly contextValue: GraphqlContext;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
}

/**
 * Executes a query or mutation. Results of typed root fields are `RawJson`, so write the response with `printJson`. The
 * errors of members within them are added to `errors`.
 */
export async function executeTyped(operation: TypedOperation): Promise<ExecutionResult> {
  throw new Error(`Not implemented: ${operation.operationName}`);
}

/** Executes a subscription. Each result is like that of {@link executeTyped}. */
export async function subscribeTyped(
  operation: TypedOperation,
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  throw new Error(`Not implemented: ${operation.operationName}`);
}
