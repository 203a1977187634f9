import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable } from '@nestjs/common';
import type { GqlOptionsFactory } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import { HavenConfig } from '@haven/config';
import { reportDryRuns } from '@haven/dry-run';
import { reportReplays } from '@haven/idempotency';
import { HavenError, printJson } from '@haven/kernel';
import { Activity, Log, CACHE_LOOKUPS, cacheLookupSeries, Metrics } from '@haven/observability';

import { GraphqlMetrics } from './graphql-metrics.js';
import { chargeOperations } from './charge-operations.js';
import { limitCost } from './cost-limit.js';
import { documentRules } from './document-limits.js';
import { DocumentStore } from './document-store.js';
import { errorFormatter } from './format-error.js';
import { GRAPHQL_PATH } from './graphql-route.js';
import { observeOperations } from './observe-operations.js';
import { reportAge } from './report-age.js';
import { requestedDocument, runRequestedDocument } from './requested-document.js';
import { TrustedDocuments } from './trusted-documents.js';

type Options = Omit<ApolloDriverConfig, 'driver'>;

/** Configures the Apollo Server of the generic schema, which Nest generates from the contract classes. */
@Injectable()
export class ApolloOptions implements GqlOptionsFactory<Options> {
  /** The parsed documents of all schemas. */
  readonly documents: DocumentStore;

  constructor(
    private readonly config: HavenConfig,
    private readonly log: Log,
    private readonly trusted: TrustedDocuments,
    private readonly metrics: Metrics,
    private readonly activity: Activity,
  ) {
    this.documents = new DocumentStore(config.graphql.documentCache);
    metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('documents', this.documents.lookups));
  }

  createGqlOptions(): Options {
    const { config } = this;
    return {
      path: GRAPHQL_PATH,
      autoSchemaFile: true,
      sortSchema: true,
      buildSchemaOptions: { skipCheck: true }, // checking the schema at every start is slow; contract tests check it
      graphiql: false,
      introspection: true,
      csrfPrevention: false, // a POST needs application/json, which forms cannot send, and a GET changes nothing
      allowBatchedHttpRequests: false,
      persistedQueries: false, // any client could add documents to them
      documentStore: this.documents,
      includeStacktraceInErrorResponses: false,
      preserveHttpStatusForExecutionErrors: true,
      parseOptions: { maxTokens: config.limits.graphqlTokens },
      validationRules: documentRules(config),
      context: (request: FastifyRequest, reply: FastifyReply): GraphqlContext => ({
        request,
        reply,
        document: request.foundDocument ?? requestedDocument(request, this.trusted, config.limits),
      }),
      stringifyResult: printJson,
      formatError: errorFormatter(this.log, config),
      plugins: [
        traceErrors,
        observeOperations(new GraphqlMetrics(this.metrics, this.activity)),
        runRequestedDocument,
        refuseSubscriptions,
        limitCost(config),
        chargeOperations(config),
        reportReplays,
        reportDryRuns,
        reportAge,
        ApolloServerPluginCacheControlDisabled(), // without this, Apollo wraps every field for unused cache hints
      ],
    };
  }
}

/** Refuses subscriptions over HTTP, which graphql-js would execute like a query, without any event. */
const refuseSubscriptions: ApolloServerPlugin<GraphqlContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
        throw graphqlErrorFrom(
          new HavenError(
            'MALFORMED_GRAPHQL',
            'A subscription needs a WebSocket with the protocol graphql-transport-ws.',
          ),
        );
      },
    };
  },
};

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
