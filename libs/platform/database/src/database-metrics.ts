import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import { sqlState } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { histogram, observableGauge, Metrics } from '@haven/observability';
import type { Histogram, LabeledSeries } from '@haven/observability';

import type { Statement } from './pipeline.js';

const POOL = { 'db.client.connection.pool.name': 'haven' };
const POOL_LABEL = { 'db.client.connection.pool.name': '`haven`' };

const DURATION = histogram('db.client.operation.duration', {
  unit: 's',
  description:
    'How long round trips to PostgreSQL took, waiting for their turn on a shared connection included. What goes in one round trip is one operation.',
  labels: {
    'db.system.name': '`postgresql`',
    'db.operation.name':
      "Haven's name of the statement, such as `records.find`; its first word, such as `SELECT`, where it has none",
    'error.type': 'of failures, the SQLSTATE, or `_OTHER`',
  },
  bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
});
const WAIT = histogram('db.client.connection.wait_time', {
  unit: 's',
  description: 'How long it took to get a connection from the pool.',
  labels: POOL_LABEL,
  bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
});
const CONNECTIONS = observableGauge('sum', 'db.client.connection.count', {
  unit: '{connection}',
  description: 'Connections of the pool.',
  labels: { ...POOL_LABEL, 'db.client.connection.state': '`idle` or `used`' },
});
const LIMIT = observableGauge('sum', 'db.client.connection.limit', {
  unit: '{connection}',
  description:
    'Connections that the pool may open (`database.poolSize`). Called `db.client.connection.max` in earlier conventions.',
  labels: POOL_LABEL,
});
const PENDING = observableGauge('sum', 'db.client.connection.pending_requests', {
  unit: '{request}',
  description: 'Who waits for a connection of the pool.',
  labels: POOL_LABEL,
});

/** Hears of each round trip to the database: for the metrics, and for the trace of the request that it was made for. */
@Injectable()
export class DatabaseMetrics {
  private readonly durations: LabeledSeries<Histogram>;
  private readonly waits: Histogram;
  private readonly succeeded = new Map<string, Histogram>();

  constructor(private readonly metrics: Metrics) {
    this.durations = metrics.histogram(DURATION);
    this.waits = metrics.histogram(WAIT).of(POOL);
  }

  /** At the very end, when the last metrics are sent, there is no pool any more. */
  watchPool(pool: () => Pool | undefined, limit: number): void {
    this.metrics.observe(LIMIT, () => [[limit, POOL]]);
    this.metrics.observe(PENDING, () => [[pool()?.waitingCount ?? 0, POOL]]);
    this.metrics.observe(CONNECTIONS, () => {
      const { idleCount = 0, totalCount = 0 } = pool() ?? {};
      return [
        [idleCount, { ...POOL, 'db.client.connection.state': 'idle' }],
        [totalCount - idleCount, { ...POOL, 'db.client.connection.state': 'used' }],
      ];
    });
  }

  /** A connection was asked for at `from`, by the clock of `performance`, and is there. */
  recordWait(from: number): void {
    this.waits.record((performance.now() - from) / 1_000);
  }

  /** What was sent at `from` has been answered. */
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
    const made = this.durations.of({
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'error.type': error && (sqlState(error) ?? '_OTHER'),
    });
    if (!error) this.succeeded.set(operation, made);
    return made;
  }
}

/** Of what goes together, the last that is no preparation: the others look, lock and set the tenant for its sake. */
function operationOf(statements: readonly Statement[]): string {
  for (let index = statements.length - 1; index >= 0; index--) {
    const statement = statements[index];
    if (statement && statement.name !== 'tenant') return operationName(statement);
  }
  return 'tenant';
}

/** The first two parts of its name: what follows them is of one variant, and there may be many. */
function operationName({ name, text }: Statement): string {
  if (name === undefined) return firstWord(text);
  const end = name.indexOf('.', name.indexOf('.') + 1);
  return end < 0 ? name : name.slice(0, end);
}

/** `SELECT` of a statement without a name. */
export function firstWord(text: string): string {
  return /^\s*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'UNKNOWN';
}
