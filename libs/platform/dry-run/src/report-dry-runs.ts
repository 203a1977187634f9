import type { ApolloServerPlugin } from '@apollo/server';

import type { GraphqlContext } from '@haven/api';

/** Returns in `extensions.dryRun` what the fields with the argument `dryRun` would change, by their response names. */
export const reportDryRuns: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response, contextValue: { dryRuns } }) {
        if (!dryRuns || response.body.kind !== 'single') return;
        const result = response.body.singleResult;
        result.extensions = { ...result.extensions, dryRun: dryRuns };
      },
    };
  },
};
