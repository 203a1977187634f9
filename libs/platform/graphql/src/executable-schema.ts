import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';

/** An operation whose document is valid for `schema`. */
export interface SchemaOperation extends ExecutionArgs {
  readonly contextValue: GraphqlContext;
}

/** A schema that some callers have instead of the generic one, and how its operations run. */
export interface ExecutableSchema {
  /** Equal for equal schemas. Parsed documents are cached by it. */
  readonly key: string;
  /** Documents are validated against it, and clients see it by introspection. */
  readonly schema: GraphQLSchema;
  /** Runs a query or mutation. */
  execute(operation: SchemaOperation): Promise<ExecutionResult>;
  subscribe(operation: SchemaOperation): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;
}
