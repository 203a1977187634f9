import { ApolloServer } from '@apollo/server';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { ApolloFastifyContextFunction } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { ExecutionResult } from 'graphql';

import type { GraphqlContext } from '@haven/api';

import type { DirectRequests } from './direct-requests.js';
import type { DocumentStore } from './document-store.js';
import type { ExecutableSchema, SchemaOperation } from './executable-schema.js';
import { gatewayTo, shareDocuments } from './schema-gateway.js';

/** The options that all servers have, whatever their schema is. */
export interface ServerOptions {
  readonly apollo: Omit<ApolloServerOptionsWithGateway<GraphqlContext>, 'gateway'>;
  readonly context: ApolloFastifyContextFunction<GraphqlContext>;
  readonly documents: DocumentStore;
  readonly direct: DirectRequests;
}

type Subscription = AsyncGenerator<ExecutionResult, void, void>;

/**
 * Serves the operations of a schema by an Apollo Server of its own. After the schema has been replaced, the server runs
 * until its last operation has ended.
 */
export class SchemaServer {
  private users = 0;
  private isRetired = false;
  private readonly stopped: PromiseWithResolvers<void> = Promise.withResolvers();

  private constructor(
    readonly executable: ExecutableSchema,
    private readonly apollo: ApolloServer<GraphqlContext>,
    private readonly handler: RouteHandlerMethod,
    private readonly direct: DirectRequests,
  ) {}

  static async start(executable: ExecutableSchema, options: ServerOptions): Promise<SchemaServer> {
    const apollo = new ApolloServer<GraphqlContext>({
      ...options.apollo,
      plugins: [...(options.apollo.plugins ?? [])], // Apollo adds its own plugins to this list
      documentStore: null,
      gateway: gatewayTo(executable),
    });
    await apollo.start();
    shareDocuments(apollo, options.documents, executable);
    const handler = fastifyApolloHandler(apollo, { context: options.context });
    return new SchemaServer(executable, apollo, handler, options.direct);
  }

  /** Number of operations that are running. */
  get operations(): number {
    return this.users;
  }

  /** Keeps the server running until `release` is called. */
  acquire(): this {
    this.users++;
    return this;
  }

  release(): void {
    this.users--;
    this.stopIfUnused();
  }

  /** Stops the server after its last operation. Resolves once it has stopped. */
  async retire(): Promise<void> {
    this.isRetired = true;
    this.stopIfUnused();
    await this.stopped.promise;
  }

  /** Runs the operation of a request over HTTP, and releases the server. */
  async run(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    try {
      const runByApollo = () => this.handler.call(request.server, request, reply);
      return await this.direct.respond(this.executable, request, reply, runByApollo);
    } finally {
      this.release();
    }
  }

  /** Starts a subscription, and releases the server when it ends. */
  async subscribe(operation: SchemaOperation): Promise<Subscription | ExecutionResult> {
    let result: Subscription | ExecutionResult | undefined;
    try {
      result = await this.executable.subscribe(operation);
    } finally {
      if (!isSubscription(result)) this.release();
    }
    return isSubscription(result) ? whenEnded(result, () => this.release()) : result;
  }

  private stopIfUnused(): void {
    if (this.isRetired && this.users === 0) this.apollo.stop().then(this.stopped.resolve, this.stopped.reject);
  }
}

function isSubscription(result: Subscription | ExecutionResult | undefined): result is Subscription {
  return result !== undefined && Symbol.asyncIterator in result;
}

/**
 * Calls `ended` once, when a subscription has no further results. An async generator function would not do: it never
 * ends if it is closed before its first result is read.
 */
function whenEnded(subscription: Subscription, ended: () => void): Subscription {
  let isOpen = true;
  const end = (): void => {
    if (isOpen) ended();
    isOpen = false;
  };
  const observe = async (step: Promise<IteratorResult<ExecutionResult, void>>) => {
    try {
      const result = await step;
      if (result.done) end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };
  return {
    next: () => observe(subscription.next()),
    return: () => observe(subscription.return()),
    throw: (error) => observe(subscription.throw(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await this.return();
    },
  };
}
