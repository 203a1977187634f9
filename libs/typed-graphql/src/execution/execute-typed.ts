import { execute, subscribe } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';

import { beginOperation } from './operation-state.js';

/** An operation whose document is valid for the public schema. */
export interface TypedOperation {
  /** The schema that clients see. */
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
 * errors of fields within them are added to `errors`.
 */
export async function executeTyped(operation: TypedOperation): Promise<ExecutionResult> {
  const { schema, execution, contextValue } = operation;
  const state = beginOperation(schema, contextValue);
  const result = await execute({ ...operation, schema: execution });
  return withErrors(result, state.errors.all);
}

/** Executes a subscription. Each result is like that of {@link executeTyped}. */
export async function subscribeTyped(
  operation: TypedOperation,
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const { schema, execution, contextValue } = operation;
  let state = beginOperation(schema, contextValue);
  const results = await subscribe({ ...operation, schema: execution });
  if (!(Symbol.asyncIterator in results)) return withErrors(results, state.errors.all);
  return mapResults(results, (result) => {
    const finished = withErrors(result, state.errors.all);
    state = beginOperation(schema, contextValue); // for the next event, whose relations are read again
    return finished;
  });
}

function withErrors(result: ExecutionResult, errors: NonNullable<ExecutionResult['errors']>): ExecutionResult {
  return errors.length === 0 ? result : { ...result, errors: [...(result.errors ?? []), ...errors] };
}

/** Like an asynchronous generator, but `return` ends the source at once, even while `next` waits for an event. */
function mapResults(
  source: AsyncGenerator<ExecutionResult, void, void>,
  map: (result: ExecutionResult) => ExecutionResult,
): AsyncGenerator<ExecutionResult, void, void> {
  const mapped = ({ done, value }: IteratorResult<ExecutionResult, void>): IteratorResult<ExecutionResult, void> =>
    done === true ? { done, value: undefined } : { done: false, value: map(value) };
  return {
    next: async () => mapped(await source.next()),
    return: async () => mapped(await source.return()),
    throw: async (error) => mapped(await source.throw(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await source.return();
    },
  };
}
