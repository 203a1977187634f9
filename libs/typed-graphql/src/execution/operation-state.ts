import type { GraphQLSchema } from 'graphql';

import { callerOf } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { RelatedRecordsService } from '@haven/records';

import { FieldErrors } from './field-errors.js';
import { RelationLoaders } from './relation-loaders.js';

/** The state that the root fields of an operation share. */
export class OperationState {
  readonly errors = new FieldErrors();
  private current: RelationLoaders | undefined;

  /** `schema` is the public one. */
  constructor(
    readonly schema: GraphQLSchema,
    private readonly context: GraphqlContext,
  ) {}

  loaders(related: RelatedRecordsService): RelationLoaders {
    return (this.current ??= new RelationLoaders(related, callerOf(this.context.request)));
  }

  /** Discards what has been loaded, because a mutation may have changed it. */
  discardLoaded(): void {
    this.current = undefined;
  }
}

const states = new WeakMap<GraphqlContext, OperationState>();

/** Begins an operation, or one event of a subscription. */
export function beginOperation(schema: GraphQLSchema, context: GraphqlContext): OperationState {
  const state = new OperationState(schema, context);
  states.set(context, state);
  return state;
}

/** Returns the state of the operation that was begun with this context. */
export function operationOf(context: GraphqlContext): OperationState {
  const state = states.get(context);
  if (!state) throw new Error('Execute typed operations by executeTyped or subscribeTyped.');
  return state;
}
