import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable } from '@nestjs/common';
import type { GqlOptionsFactory } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';

import { HavenConfig } from '@haven/config';
import { printJson } from '@haven/kernel';
import { Activity, Log, CACHE_LOOKUPS, cacheLookupSeries, Metrics } from '@haven/observability';

import { GraphqlMetrics } from './graphql-metrics.js';
import { DirectRequests } from './direct-requests.js';
import { documentRules } from './document-limits.js';
import { DocumentStore } from './document-store.js';
import { errorFormatter } from './format-error.js';
import { GenericSchema } from './generic-schema.js';
import { GRAPHQL_PATH } from './graphql-route.js';
import { OperationRun } from './operation-run.js';
import { requestedDocument } from './requested-document.js';
import { runOperations } from './run-operations.js';
import { TrustedDocuments } from './trusted-documents.js';

type Options = Omit<ApolloDriverConfig, 'driver'>;

/** Configures the Apollo Server of the generic schema, which Nest generates from the contract classes. */
@Injectable()
export class ApolloOptions implements GqlOptionsFactory<Options> {
  /** The parsed documents of all schemas. */
  readonly documents: DocumentStore;
  readonly direct: DirectRequests;
  private schema: GenericSchema | undefined;
  private readonly operations: GraphqlMetrics;

  constructor(
    private readonly config: HavenConfig,
    private readonly log: Log,
    private readonly trusted: TrustedDocuments,
    metrics: Metrics,
    activity: Activity,
  ) {
    this.operations = new GraphqlMetrics(metrics, activity);
    this.documents = new DocumentStore(config.graphql.documentCache);
    this.direct = new DirectRequests(this.documents, config, (request, reply) => this.runOf(request, reply));
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
      includeStacktraceInErrorResponses: false,
      preserveHttpStatusForExecutionErrors: true,
      parseOptions: { maxTokens: config.limits.graphqlTokens },
      validationRules: documentRules(config),
      context: (request: FastifyRequest, reply: FastifyReply) => this.runOf(request, reply).context,
      stringifyResult: printJson,
      formatError: errorFormatter(this.log, config),
      plugins: [
        runOperations(config),
        ApolloServerPluginCacheControlDisabled(), // without this, Apollo wraps every field for unused cache hints
      ],
    };
  }

  /** The generic schema, once Nest has generated it. */
  get generic(): GenericSchema {
    if (!this.schema) throw new Error('The schema has not been generated.');
    return this.schema;
  }

  useSchema(schema: GraphQLSchema): GenericSchema {
    return (this.schema = new GenericSchema(schema));
  }

  /** Returns the run of a request's operation. Throws errors that Apollo can send if the request refers to no document. */
  runOf(request: FastifyRequest, reply: FastifyReply): OperationRun {
    const { config, trusted } = this;
    return (request.operationRun ??= new OperationRun(
      { request, reply, document: request.foundDocument ?? requestedDocument(request, trusted, config.limits) },
      config,
      this.operations,
    ));
  }
}
