import { Injectable } from '@nestjs/common';

import {
  CACHE_LOOKUPS,
  cacheLookupSeries,
  histogram,
  LookupCounts,
  Metrics,
  observableGauge,
} from '@haven/observability';
import type { Histogram } from '@haven/observability';

const SCHEMAS = observableGauge('gauge', 'haven.graphql.schemas', {
  unit: '{schema}',
  description: 'GraphQL schemas made from collections that this process keeps.',
});
const FIELDS = observableGauge('gauge', 'haven.graphql.schema.fields', {
  unit: '{field}',
  description: 'Fields of these schemas, which `graphql.typedFields` limits.',
});
const BUILDS = histogram('haven.graphql.schema.build.duration', {
  unit: 's',
  description: 'Duration of building a GraphQL schema from collections.',
});

/** Records how many typed schemas a process keeps, and how long building them takes. */
@Injectable()
export class SchemaMetrics {
  readonly lookups = new LookupCounts();
  private readonly builds: Histogram;

  constructor(private readonly metrics: Metrics) {
    this.builds = metrics.histogram(BUILDS).of();
    metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('typed schemas', this.lookups));
  }

  observe(read: () => { schemas: number; fields: number }): void {
    this.metrics.observe(SCHEMAS, () => [[read().schemas]]);
    this.metrics.observe(FIELDS, () => [[read().fields]]);
  }

  built(from: number): void {
    this.builds.record((performance.now() - from) / 1_000);
  }
}
