import type { ApolloServerPlugin } from '@apollo/server';

import type { GraphqlContext } from '../http/caller.decorator.js';

/** Gives every error the ids of the request's trace; `formatError` alone does not see the request. */
export const traceErrors: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue }) {
        const { traceId, spanId } = contextValue.request?.trace ?? {};
        for (const error of errors) Object.assign(error.extensions, { traceId, spanId });
      },
    };
  },
};
