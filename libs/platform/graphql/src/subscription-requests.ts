import type { IncomingMessage } from 'node:http';

import type { FastifyRequest } from 'fastify';
import { getOperationAST, GraphQLError, OperationTypeNode, parse, specifiedRules, subscribe, validate } from 'graphql';
import type { DocumentNode, ExecutionArgs, GraphQLSchema } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { Overload } from '@haven/rate-limits';
import type { RequestBudget } from '@haven/rate-limits';

import { closeSocket } from './close-socket.js';
import { enforceCostLimit } from './cost-limit.js';
import { documentRules } from './document-limits.js';
import { NESTED_TOO_DEEPLY } from './format-error.js';
import type { SchemaOperation } from './executable-schema.js';
import type { OperationSchemas } from './operation-schemas.js';
import type { SchemaServer } from './schema-server.js';
import type { TrustedDocuments } from './trusted-documents.js';
import type { UnknownRootFields } from './unknown-root-fields.js';

/** An open connection and the request that opened it. */
export interface OpenConnection {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
  readonly traceId: string;
  /** The rate limits that the messages of the client are charged to. */
  readonly budget: RequestBudget;
  /** Known once the connection is initialized. */
  caller?: Caller;
}

export type SubscriptionConnection = Context<Record<string, unknown> | undefined, OpenConnection>;

/** A subscription that is about to start. */
interface SubscriptionArgs extends SchemaOperation {
  /** Server of the caller's schema; null if the generic schema has the subscription. Released when it ends. */
  readonly server: SchemaServer | null;
}

/** Starts a subscription that `SubscriptionRequests.read` has returned. */
export function startSubscription(args: ExecutionArgs): ReturnType<SchemaServer['subscribe']> {
  const { server, ...others } = args as SubscriptionArgs; // graphql-ws passes it on
  // graphql-js declares a less specific type
  return server ? server.subscribe(others) : (subscribe(others) as ReturnType<SchemaServer['subscribe']>);
}

/** Prepares the subscriptions requested over a connection, with the same limits as requests over HTTP. */
export class SubscriptionRequests {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly config: HavenConfig,
    private readonly trusted: TrustedDocuments,
    private readonly overload: Overload,
    private readonly schemas: OperationSchemas,
    private readonly unknownFields: UnknownRootFields,
  ) {}

  /**
   * Returns the arguments for executing a subscription, or the errors with which it is rejected. A subscription is
   * charged as much as a query.
   */
  async read(
    connection: SubscriptionConnection,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const refusal = this.overload.refusal();
    if (refusal) return [graphqlErrorFrom(refusal)];
    try {
      this.checkNumber(connection);
      await connection.extra.caller?.consume?.(this.config.rateLimits.readCost);
      return await this.subscriptionArgs(connection, payload);
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      if (error instanceof HavenError) return [graphqlErrorFrom(error)];
      throw error;
    }
  }

  private async subscriptionArgs(
    connection: SubscriptionConnection,
    payload: SubscribePayload,
  ): Promise<SubscriptionArgs | readonly GraphQLError[]> {
    const text = this.trusted.find(payload) ?? '';
    const { caller } = connection.extra;
    const unknown = this.unknownFields.of(text);
    const server = unknown && caller ? await this.schemas.acquire(caller, unknown) : null;
    let args: SchemaOperation | readonly GraphQLError[] = [];
    try {
      args = this.execution(server?.executable.schema ?? this.schema, text, connection, payload);
    } finally {
      if ('length' in args) server?.release();
    }
    return 'length' in args ? args : { ...args, server };
  }

  private execution(
    schema: GraphQLSchema,
    text: string,
    connection: SubscriptionConnection,
    payload: SubscribePayload,
  ): SchemaOperation | readonly GraphQLError[] {
    const { config } = this;
    const { variables } = payload;
    const operationName = payload.operationName || undefined; // an empty one counts as none
    const document = parseDocument(text, config.limits.graphqlTokens);
    const errors = validate(schema, document, [...specifiedRules, ...documentRules(config)]);
    if (errors.length > 0) return errors;
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return [NO_SUBSCRIPTION];
    const contextValue = subscriptionContext(connection);
    enforceCostLimit({ schema, document, operation, variables }, config);
    return { schema, document, operationName, variableValues: variables, contextValue };
  }

  /** Checks the number of the connection's subscriptions, which includes the requested one. */
  private checkNumber({ subscriptions }: SubscriptionConnection): void {
    const max = this.config.limits.subscriptionsPerSocket;
    if (Object.keys(subscriptions).length > max)
      throw new HavenError(
        'LIMIT_EXCEEDED',
        `The connection already has ${max} open subscriptions (limits.subscriptionsPerSocket).`,
      );
  }
}

/** Parses a document. The parser recurses, so the stack overflows if the document is nested very deeply. */
function parseDocument(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    throw error instanceof RangeError ? NESTED_TOO_DEEPLY : error;
  }
}

const NO_SUBSCRIPTION = new GraphQLError(
  'A WebSocket accepts only subscriptions; send queries and mutations over HTTP.',
);

function subscriptionContext({ extra: { caller, request, socket, traceId } }: SubscriptionConnection): GraphqlContext {
  return {
    request: { caller, headers: request.headers, traceId } as unknown as FastifyRequest, // all that resolvers use
    close: (code, reason) => closeSocket(socket, code, reason),
  };
}
