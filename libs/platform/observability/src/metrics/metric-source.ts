import { ValueType } from '@opentelemetry/api';
import type { HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { CollectionResult, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';

import type { Metrics, Reading } from './metrics.js';
import { Histogram } from './series.js';

/** Converts Haven's metrics to OpenTelemetry's data model, for its exporters. */
export class MetricSource implements MetricProducer {
  constructor(
    private readonly metrics: Metrics,
    private readonly version: string,
  ) {}

  async collect(): Promise<CollectionResult> {
    const span = { startTime: hrTime(this.metrics.since), endTime: hrTime(Date.now()) };
    const metrics = this.metrics.read().map((reading) => dataOf(reading, span));
    const scope = { name: 'haven', version: this.version };
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope, metrics }] }, errors: [] };
  }
}

function dataOf({ instrument, values }: Reading, span: { startTime: HrTime; endTime: HrTime }): MetricData {
  const { name, description, unit, kind } = instrument;
  const common = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const histograms = values.flatMap(({ labels, value }) =>
    value instanceof Histogram ? [{ ...span, attributes: labels, value: histogramOf(value) }] : [],
  );
  if (kind === 'histogram') return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms };
  const dataPoints = values.flatMap(({ labels, value }) =>
    typeof value === 'number' ? [{ ...span, attributes: labels, value }] : [],
  );
  if (kind === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints };
  return { ...common, dataPointType: DataPointType.SUM, isMonotonic: kind === 'counter', dataPoints };
}

function histogramOf({ bounds, counts, count, sum }: Histogram) {
  return { buckets: { boundaries: [...bounds], counts: [...counts] }, count, sum };
}

function hrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1_000), (milliseconds % 1_000) * 1e6];
}
