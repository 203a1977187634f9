import type { ApolloServerPlugin } from '@apollo/server';

import type { GraphqlContext } from '@haven/api';

/** Lists in `extensions.idempotencyReplayed` the fields whose result was replayed from an earlier request. */
export const reportReplays: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, contextValue: { replayed } }) {
        if (!replayed || response.body.kind !== 'single') return;
        const result = response.body.singleResult;
        result.extensions = { ...result.extensions, idempotencyReplayed: replayed };
      },
    };
  },
};
