import { expect, it } from 'vitest';

import { counter, histogram, observableGauge } from './instrument.js';
import { Metrics } from './metrics.js';
import { prometheusText } from './prometheus.js';

it('writes counters, histograms and gauges in the text format of Prometheus', () => {
  const metrics = new Metrics();
  const eaten = metrics.counter(counter('test.cakes.eaten', { unit: '{cake}', description: 'A\nb\\c' }));
  eaten.of({ 'cake.kind': 'with "cream"\n', none: undefined }).add();
  eaten.of({ 'cake.kind': 'with "cream"\n' }).add(2);
  const baked = metrics
    .histogram(histogram('test.bake.duration', { unit: 's', description: 'Baking.', bounds: [0.5, 1] }))
    .of();
  for (const seconds of [0.5, 0.6, 2]) baked.record(seconds);
  metrics.observe(observableGauge('sum', 'test.oven.size', { unit: 'By', description: 'Size.' }), () => [[7]]);
  expect(prometheusText(metrics.read())).toBe(`# HELP test_bake_duration_seconds Baking.
# TYPE test_bake_duration_seconds histogram
test_bake_duration_seconds_bucket{le="0.5"} 1
test_bake_duration_seconds_bucket{le="1"} 2
test_bake_duration_seconds_bucket{le="+Inf"} 3
test_bake_duration_seconds_sum 3.1
test_bake_duration_seconds_count 3
# HELP test_cakes_eaten_total A\\nb\\\\c
# TYPE test_cakes_eaten_total counter
test_cakes_eaten_total{cake_kind="with \\"cream\\"\\n"} 3
# HELP test_oven_size_bytes Size.
# TYPE test_oven_size_bytes gauge
test_oven_size_bytes 7
`);
});

it('counts everything beyond 2,000 series in one overflow series', () => {
  const metrics = new Metrics();
  const series = metrics.counter(counter('test.many', { unit: '{one}', description: 'Many.' }));
  for (let number = 0; number < 2_100; number++) series.of({ number: String(number) }).add();
  const [reading] = metrics.read();
  expect(reading?.values).toHaveLength(2_001);
  expect(reading?.values.at(-1)).toEqual({ labels: { 'otel.metric.overflow': 'true' }, value: 100 });
});

it('allows only one declaration of each name', () => {
  const declare = () => counter('test.twice', { unit: '{one}', description: 'Twice.' });
  declare();
  expect(declare).toThrow('declared twice');
});
