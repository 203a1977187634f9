import type { ApolloServerPlugin } from '@apollo/server';

import type { GraphqlContext } from '../http/caller.decorator.js';

/** Gives every error the request's trace id; `formatError` alone does not see the request. */
export const traceErrors: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue }) {
        for (const error of errors) Object.assign(error.extensions, { traceId: contextValue.request?.traceId });
      },
    };
  },
};
