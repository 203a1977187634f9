import type { GraphQLArgument, GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';

import type { GraphqlContext } from '@haven/api';
import { HavenError } from '@haven/kernel';

import type { FieldArguments } from './list-arguments.js';

export type RootResolver = GraphQLFieldResolver<unknown, GraphqlContext>;

/** A call of a root field. */
export interface Call {
  readonly source: unknown;
  readonly args: FieldArguments;
  readonly context: GraphqlContext;
  readonly info: GraphQLResolveInfo;
}

/** Returns the arguments that the called root field declares. */
export function declaredBy({ parentType, fieldName }: GraphQLResolveInfo): readonly GraphQLArgument[] {
  return parentType.getFields()[fieldName]?.args ?? [];
}

/**
 * Calls the resolver of a generic field with translated arguments. Nest returns some errors instead of throwing; those
 * of Haven are reworded, so that they are about the arguments of the typed field.
 */
export async function callGeneric(
  resolver: RootResolver | undefined,
  translated: FieldArguments,
  { source, context, info }: Call,
  reword: (error: HavenError) => HavenError,
): Promise<unknown> {
  try {
    const result: unknown = await resolver?.(source, translated, context, info);
    if (result instanceof Error) throw result;
    return result ?? null;
  } catch (error) {
    throw error instanceof HavenError ? reword(error) : error;
  }
}
