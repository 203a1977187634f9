import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';

import type { Caller } from '@haven/kernel';

/** A schema that some callers have beside the generic one, and how its operations run. */
export interface ExecutableSchema {
  /** Equal for equal schemas. Parsed documents are cached by it. */
  readonly key: string;
  /** Documents are validated against it, and clients see it by introspection. */
  readonly schema: GraphQLSchema;
  /** Runs a query or mutation of a validated document. `args.schema` is the public schema. */
  execute(args: ExecutionArgs): Promise<ExecutionResult>;
  /** Starts a subscription of a validated document. */
  subscribe(args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;
}

/**
 * Chooses the schema for operations that the generic schema alone cannot run: those that select root fields which it
 * does not have, and introspection.
 */
export abstract class OperationSchemas {
  /**
   * Returns the schema for an operation of the caller, and keeps it until `release` is called, once; null if the caller
   * has no schema but the generic one.
   *
   * @param fields names of the selected root fields that the generic schema does not have. If the caller's schema does
   *   not have them either, it is checked whether it has just changed.
   */
  abstract acquire(caller: Caller, fields: readonly string[]): Promise<AcquiredSchema | null>;
}

/** A schema that is kept until its operation has ended. */
export interface AcquiredSchema {
  readonly executable: ExecutableSchema;
  release(): void;
}
