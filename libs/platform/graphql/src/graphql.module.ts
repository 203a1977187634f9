import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { GraphqlContext } from '@haven/api';
import { HavenConfig } from '@haven/config';
import { reportDryRuns } from '@haven/dry-run';
import type { AuthenticatorModule } from '@haven/http';
import { reportReplays } from '@haven/idempotency';
import { printJson } from '@haven/kernel';
import { Log, CACHE_LOOKUPS, cacheLookupSeries, Metrics } from '@haven/observability';
import { RateLimitsModule } from '@haven/rate-limits';

import { GraphqlMetrics } from './graphql-metrics.js';
import { chargeOperations } from './charge-operations.js';
import { limitCost } from './cost-limit.js';
import { documentRules } from './document-limits.js';
import { DocumentStore } from './document-store.js';
import { errorFormatter } from './format-error.js';
import { GRAPHQL_PATH } from './graphql-route.js';
import { LargeBodies } from './large-bodies.js';
import { observeOperations } from './observe-operations.js';
import { reportAge } from './report-age.js';
import { requestedDocument, runRequestedDocument } from './requested-document.js';
import { Subscriptions } from './subscriptions.js';
import { TrustedDocuments } from './trusted-documents.js';

/** Provides the trusted documents, which were deployed with Haven, for requests over HTTP and over WebSocket. */
@Module({
  providers: [
    {
      provide: TrustedDocuments,
      inject: [HavenConfig],
      useFactory: (config: HavenConfig) => new TrustedDocuments(config),
    },
  ],
  exports: [TrustedDocuments],
})
class TrustedDocumentsModule {}

/** Serves GraphQL at `/graphql`, with subscriptions over WebSocket. */
@Module({})
export class GraphqlModule {
  static forRoot(authenticator: AuthenticatorModule): DynamicModule {
    return {
      module: GraphqlModule,
      imports: [apollo(), TrustedDocumentsModule, RateLimitsModule, authenticator],
      providers: [Subscriptions, LargeBodies],
    };
  }
}

/** Configures Apollo Server, with a schema generated from the contract classes. */
function apollo(): DynamicModule {
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    driver: ApolloDriver,
    imports: [TrustedDocumentsModule],
    inject: [HavenConfig, Log, TrustedDocuments, Metrics],
    useFactory: (
      config: HavenConfig,
      log: Log,
      trusted: TrustedDocuments,
      metrics: Metrics,
    ): Omit<ApolloDriverConfig, 'driver'> => ({
      path: GRAPHQL_PATH,
      autoSchemaFile: true,
      sortSchema: true,
      buildSchemaOptions: { skipCheck: true }, // checking the schema at every start is slow; contract tests check it
      graphiql: false,
      introspection: true,
      csrfPrevention: false, // a POST needs application/json, which forms cannot send, and a GET changes nothing
      allowBatchedHttpRequests: false,
      persistedQueries: false, // any client could add documents to them
      documentStore: documentStore(config, metrics),
      includeStacktraceInErrorResponses: false,
      preserveHttpStatusForExecutionErrors: true,
      parseOptions: { maxTokens: config.limits.graphqlTokens },
      validationRules: documentRules(config),
      context: (request: FastifyRequest, reply: FastifyReply): GraphqlContext => ({
        request,
        reply,
        document: requestedDocument(request, trusted, config.limits),
      }),
      stringifyResult: printJson,
      formatError: errorFormatter(log, config),
      plugins: [
        traceErrors,
        observeOperations(new GraphqlMetrics(metrics)),
        runRequestedDocument,
        limitCost(config),
        chargeOperations(config),
        reportReplays,
        reportDryRuns,
        reportAge,
        ApolloServerPluginCacheControlDisabled(), // without this, Apollo wraps every field for unused cache hints
      ],
    }),
  });
}

function documentStore({ graphql }: HavenConfig, metrics: Metrics): DocumentStore {
  const store = new DocumentStore(graphql.documentCache);
  metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('documents', store.lookups));
  return store;
}

/** Adds the ids of the request's trace to every error, because `formatError` has no access to the request. */
const traceErrors: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue }) {
        const { traceId, spanId } = contextValue.request?.trace ?? {};
        for (const error of errors) Object.assign(error.extensions, { traceId, spanId });
      },
    };
  },
};
