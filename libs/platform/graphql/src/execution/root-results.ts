import type { GraphQLSchema } from 'graphql';

import type { GraphqlContext } from '@haven/api';

/** What the resolver of a root field has returned or thrown. */
export type RootResult = { readonly value: unknown } | { readonly error: unknown };

const results = new WeakMap<GraphqlContext, ReadonlyMap<string, RootResult>>();

/**
 * Makes the root fields of an operation return these results, by their names in the response, instead of being resolved
 * again. graphql-js can then complete an operation whose fields have been resolved before.
 */
export function rememberResults(context: GraphqlContext, known: ReadonlyMap<string, RootResult>): void {
  results.set(context, known);
}

/** Lets the root fields of queries and mutations return remembered results. */
export function useRememberedResults(schema: GraphQLSchema): void {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = (source, args, context: GraphqlContext, info) => {
        const known = results.get(context)?.get(String(info.path.key));
        if (!known) return resolve(source, args, context, info);
        if ('error' in known) throw known.error;
        return known.value;
      };
    }
  }
}
