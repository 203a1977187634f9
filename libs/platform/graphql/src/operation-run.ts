import { Kind, OperationTypeNode } from 'graphql';
import type { ExecutionResult, GraphQLFormattedError, OperationDefinitionNode } from 'graphql';

import { graphqlErrorFrom } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import type { HavenConfig } from '@haven/config';
import { HavenError, toHavenError } from '@haven/kernel';
import type { CountedOperation, EndSpan } from '@haven/observability';

import type { ExecutableOperation } from './cost.js';
import { enforceCostLimit } from './cost-limit.js';
import type { GraphqlMetrics } from './graphql-metrics.js';
import { operationWeight } from './operation-weight.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The operation of a request to the GraphQL API, once it is known which document is to be run. */
    operationRun?: OperationRun;
  }
}

/**
 * The steps of one operation over HTTP. Each is taken once: if `DirectRequests` hands a request over to Apollo, Apollo
 * finds the outcomes of the steps that have been taken.
 */
export class OperationRun {
  private readonly from = performance.now();
  private admission: Promise<void> | undefined;
  private execution: Promise<ExecutionResult> | undefined;
  private endSpan: EndSpan | undefined;

  constructor(
    readonly context: GraphqlContext,
    private readonly config: HavenConfig,
    private readonly metrics: GraphqlMetrics,
  ) {}

  /**
   * Starts the span of a valid operation, checks its cost and charges it. Rejects with an error that Apollo can send if
   * the operation must not run.
   */
  admit(executable: ExecutableOperation): Promise<void> {
    return (this.admission ??= this.observeAndAdmit(executable));
  }

  /** Executes the operation by `execute`. */
  execute(execute: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
    return (this.execution ??= execute());
  }

  /** Records the operation and the errors of its response. There is no operation if the document is not valid. */
  end(operation: OperationDefinitionNode | undefined, errors: readonly GraphQLFormattedError[] | undefined): void {
    const { request, reply } = this.context;
    if (errors) request.trace.hasErrors = true;
    const isReceived = !reply?.raw.destroyed;
    if (errors && isReceived) this.metrics.failed(errors, request.caller?.tenantId);
    this.endSpan?.(errors && String(errors[0]?.extensions?.['code']));
    if (!operation) return;
    this.metrics.ran(operation.operation, this.from);
    const { graphqlCost } = request.trace;
    if (graphqlCost !== undefined) this.metrics.cost(operation.operation, graphqlCost);
  }

  private async observeAndAdmit(executable: ExecutableOperation): Promise<void> {
    const { operation } = executable;
    const { trace } = this.context.request;
    trace.graphqlOperation = countedOperation(operation);
    this.endSpan = trace.spans?.begin(operation.operation, { 'graphql.operation.type': operation.operation });
    const refusal = this.refusalOf(executable);
    if (this.context.request.caller?.consume) await this.charge(executable);
    if (refusal) throw refusal;
  }

  /** Returns why an operation must not run, as an error that Apollo can send. It is charged nevertheless. */
  private refusalOf(executable: ExecutableOperation): unknown {
    if (executable.operation.operation === OperationTypeNode.SUBSCRIPTION) return graphqlErrorFrom(NO_SOCKET);
    const { trace } = this.context.request;
    try {
      const { value, reads } = enforceCostLimit(executable, this.config);
      trace.graphqlCost = value;
      trace.graphqlReads = reads;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Charges the operation. The request itself has already been charged as one read. */
  private async charge({ document, operation }: ExecutableOperation): Promise<void> {
    const { rateLimits } = this.config;
    const { caller, trace } = this.context.request;
    const weight = operationWeight(document, operation, rateLimits) + trace.graphqlReads * rateLimits.readCost;
    try {
      await caller?.consume?.(weight - rateLimits.readCost);
    } catch (error) {
      throw graphqlErrorFrom(toHavenError(error));
    }
  }
}

/** Over HTTP, graphql-js would execute a subscription like a query, without any event. */
const NO_SOCKET = new HavenError(
  'MALFORMED_GRAPHQL',
  'A subscription needs a WebSocket with the protocol graphql-transport-ws.',
);

/**
 * Names an operation for the overview by its first field, which the schema defines. Metrics and spans contain no names
 * or documents of operations, because these come from the client.
 */
function countedOperation({ operation, selectionSet }: OperationDefinitionNode): CountedOperation {
  const [first] = selectionSet.selections;
  const kind = `graphql ${operation}`;
  return { name: first?.kind === Kind.FIELD ? `graphql ${first.name.value}` : kind, kind };
}
