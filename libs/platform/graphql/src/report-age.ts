import type { ApolloServerPlugin } from '@apollo/server';

import type { GraphqlContext } from '@haven/api';
import { cacheAge } from '@haven/http';

/** Writes the age of the oldest cached record in the response to `extensions.age`, as REST does in the header `Age`. */
export const reportAge: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, contextValue: { request } }) {
        const age = cacheAge(request.caller);
        if (age === undefined || response.body.kind !== 'single') return;
        const result = response.body.singleResult;
        result.extensions = { ...result.extensions, age };
      },
    };
  },
};
