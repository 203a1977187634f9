import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { sqlState } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { counter, histogram, observableGauge, Metrics } from '@haven/observability';
import type { Counter, Histogram, LabeledSeries } from '@haven/observability';

import type { Statement } from './pipeline.js';

const POOL_NAME = 'db.client.connection.pool.name';
const POOL_LABEL = {
  [POOL_NAME]: '`haven` for requests, `haven-streams` for streams, `haven-replica-1` and so on for replicas',
};
const BUDGET = 'haven.budget';

const DURATION = histogram('db.client.operation.duration', {
  unit: 's',
  description:
    'Duration of round trips to PostgreSQL, including the wait for a turn on a shared connection. ' +
    'Statements sent in one round trip count as one operation.',
  labels: {
    'db.system.name': '`postgresql`',
    'db.operation.name':
      "Haven's name of the statement, such as `records.find`; if it has none, its first word, such as `SELECT`",
    'error.type': 'for failures, the SQLSTATE or `_OTHER`',
  },
  bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
});
const WAIT = histogram('db.client.connection.wait_time', {
  unit: 's',
  description: 'Time that it took to get a connection from the pool.',
  labels: POOL_LABEL,
  bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
});
const CONNECTIONS = observableGauge('sum', 'db.client.connection.count', {
  unit: '{connection}',
  description: 'Number of connections in the pool.',
  labels: { ...POOL_LABEL, 'db.client.connection.state': '`idle` or `used`' },
});
const LIMIT = observableGauge('sum', 'db.client.connection.limit', {
  unit: '{connection}',
  description:
    'Maximum number of connections in the pool (`database.poolSize`). ' +
    'Earlier conventions called this metric `db.client.connection.max`.',
  labels: POOL_LABEL,
});
const PENDING = observableGauge('sum', 'db.client.connection.pending_requests', {
  unit: '{request}',
  description: 'Number of requests that wait for a connection from the pool.',
  labels: POOL_LABEL,
});

const WAITING = observableGauge('sum', 'haven.database.waiting', {
  unit: '{transaction}',
  description: 'Number of transactions that wait for a connection, by what has to become free.',
  labels: {
    ...POOL_LABEL,
    [BUDGET]:
      '`request`: the request holds as many connections as one request may hold; `tenant`: its tenant does; `pool`: ' +
      'the connections are held by others',
  },
});
const REFUSED = counter('haven.database.refused', {
  unit: '{transaction}',
  description: 'Number of transactions that got no connection in time.',
  labels: { ...POOL_LABEL, [BUDGET]: '`tenant` or `pool`, as for `haven.database.waiting`' },
});
const CANCELLED = counter('haven.database.cancelled', {
  unit: '{transaction}',
  description: 'Number of transactions whose statement was cancelled because the client disconnected.',
  labels: POOL_LABEL,
});

/** Records how a connection pool is used. */
export interface ConnectionMetrics {
  /**
   * Observes the pool. `pool` returns undefined once the pool has been closed; the last metrics are sent after that.
   */
  watch(pool: () => Pool | undefined, limit: number, waiting: () => Record<string, number>): void;
  /** Records that a connection is available now. `from` is the time of the request for it, from `performance.now()`. */
  recordWait(from: number): void;
  recordRefusal(budget: string): void;
  recordCancellation(): void;
}

/** Records each round trip to the database in the metrics, and in the trace of the request that it was made for. */
@Injectable()
export class DatabaseMetrics {
  private readonly durations: LabeledSeries<Histogram>;
  private readonly succeeded = new Map<string, Histogram>();

  constructor(private readonly metrics: Metrics) {
    this.durations = metrics.histogram(DURATION);
  }

  /** Returns the metrics of one connection pool. */
  pool(name: string): ConnectionMetrics {
    const labels = { [POOL_NAME]: name };
    const waits = this.metrics.histogram(WAIT).of(labels);
    const refused = this.metrics.counter(REFUSED);
    const refusedOf = (budget: string): Counter => refused.of({ ...labels, [BUDGET]: budget });
    for (const budget of ['tenant', 'pool']) refusedOf(budget); // so that the series start at 0
    const cancelled = this.metrics.counter(CANCELLED).of(labels);
    return {
      watch: (pool, limit, waiting) => {
        this.metrics.observe(LIMIT, () => [[limit, labels]]);
        this.metrics.observe(PENDING, () => [[pool()?.waitingCount ?? 0, labels]]);
        this.metrics.observe(WAITING, () =>
          Object.entries(waiting()).map(([budget, count]) => [count, { ...labels, [BUDGET]: budget }]),
        );
        this.metrics.observe(CONNECTIONS, () => {
          const { idleCount = 0, totalCount = 0 } = pool() ?? {};
          return [
            [idleCount, { ...labels, 'db.client.connection.state': 'idle' }],
            [totalCount - idleCount, { ...labels, 'db.client.connection.state': 'used' }],
          ];
        });
      },
      recordWait: (from) => waits.record((performance.now() - from) / 1_000),
      recordRefusal: (budget) => refusedOf(budget).add(),
      recordCancellation: () => cancelled.add(),
    };
  }

  /** Records that statements have ended now. `from` is the time at which they were sent, from `performance.now()`. */
  recordRoundTrip(statements: readonly Statement[], from: number, error?: Error | null, caller?: Caller): void {
    this.recordOperation(operationOf(statements), from, error ?? undefined, caller);
  }

  recordOperation(operation: string, from: number, error?: Error, caller?: Caller): void {
    const now = performance.now();
    this.seriesOf(operation, error).record((now - from) / 1_000);
    caller?.trace?.recordStatement(operation, from, now, error);
  }

  private seriesOf(operation: string, error?: Error): Histogram {
    const known = error ? undefined : this.succeeded.get(operation);
    if (known) return known;
    const created = this.durations.of({
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'error.type': error && (sqlState(error) ?? '_OTHER'),
    });
    if (!error) this.succeeded.set(operation, created);
    return created;
  }
}

/**
 * Returns the name of a round trip: that of its last statement, not counting a statement that sets the tenant. Earlier
 * statements only prepare for the last one.
 */
function operationOf(statements: readonly Statement[]): string {
  for (let index = statements.length - 1; index >= 0; index--) {
    const statement = statements[index];
    if (statement && statement.name !== 'tenant') return operationName(statement);
  }
  return 'tenant';
}

/** Returns the first two parts of a statement's name. Further parts name a variant, of which there may be many. */
function operationName({ name, text }: Statement): string {
  if (name === undefined) return firstWord(text);
  const end = name.indexOf('.', name.indexOf('.') + 1);
  return end < 0 ? name : name.slice(0, end);
}

/** Returns the first word of a statement, such as `SELECT`. */
export function firstWord(text: string): string {
  return /^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'UNKNOWN';
}
