import type { ErrorCode } from '@haven/kernel';
import { counter, histogram, ErrorMetrics } from '@haven/observability';
import type { Activity, Metrics, Histogram, LabeledSeries, Counter } from '@haven/observability';

const TYPE = { 'graphql.operation.type': '`query`, `mutation` or `subscription`' };
const DURATION = histogram('haven.graphql.operation.duration', {
  unit: 's',
  description: 'Duration of queries and mutations, from the reading of the request to the response.',
  labels: TYPE,
});
const COST = histogram('haven.graphql.operation.cost', {
  unit: '{point}',
  description: 'Cost of admitted operations, in the units of `limits.graphqlCost`.',
  labels: TYPE,
  bounds: [1, 10, 50, 100, 500, 1_000, 5_000, 10_000],
});
const FIELD_ERRORS = counter('haven.graphql.field_errors', {
  unit: '{error}',
  description: 'Number of errors of single fields, in responses whose operation ran.',
  labels: { 'error.type': 'code of the [catalogue](errors.md)' },
});

export type OperationType = 'query' | 'mutation' | 'subscription';

/** An error as it is sent in a response. */
interface FormattedError {
  readonly path?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Records the operations of the GraphQL API and their errors. */
export class GraphqlMetrics {
  private readonly durations: LabeledSeries<Histogram>;
  private readonly costs: LabeledSeries<Histogram>;
  private readonly fieldErrors: LabeledSeries<Counter>;
  private readonly refusals: ErrorMetrics;

  constructor(
    metrics: Metrics,
    private readonly activity: Activity,
  ) {
    this.durations = metrics.histogram(DURATION);
    this.costs = metrics.histogram(COST);
    this.fieldErrors = metrics.counter(FIELD_ERRORS);
    this.refusals = new ErrorMetrics(metrics);
  }

  ran(type: OperationType, from: number): void {
    this.durations.of({ 'graphql.operation.type': type }).record((performance.now() - from) / 1_000);
  }

  /** Counts a subscription that has ended. */
  subscriptionEnded(tenant: string | undefined): void {
    this.activity.countRequest(tenant, { api: 'streams', status: 200, milliseconds: 0, operation: undefined });
  }

  cost(type: OperationType, cost: number): void {
    this.costs.of({ 'graphql.operation.type': type }).record(cost);
  }

  /** Counts the errors of a response; `tenant` is the caller's, if it is known. */
  failed(errors: readonly FormattedError[], tenant: string | undefined): void {
    for (const { path, extensions = {} } of errors) {
      const code = extensions['code'] as ErrorCode; // the formatter has set it
      if (path !== undefined) this.fieldErrors.of({ 'error.type': code }).add();
      this.activity.countError(tenant, code);
      this.refusals.count({ code, violatedPolicies: extensions['violatedPolicies'] as string[] | undefined });
    }
  }
}
