import { Injectable } from '@nestjs/common';

import type { CounterDefinition, HistogramDefinition, Instrument, ObservableDefinition } from './instrument.js';
import { Histogram, LabeledSeries, Counter } from './series.js';
import type { Labels } from './series.js';

/** An observed value. */
export type Observation = readonly [value: number, labels?: Labels];

/** The values of one instrument at one point in time. */
export interface Reading {
  readonly instrument: Instrument;
  readonly values: readonly { readonly labels: Labels; readonly value: number | Histogram }[];
}

/**
 * Stores the metrics of this process. Instruments are declared next to the code that they measure. Counting only adds
 * to a number, so it costs a request almost nothing; the output is formatted only when metrics are collected.
 */
@Injectable()
export class Metrics {
  /** Start of counting: Unix time in milliseconds. */
  readonly since = Date.now();
  private readonly counters = new Map<Instrument, LabeledSeries<Counter>>();
  private readonly histograms = new Map<Instrument, LabeledSeries<Histogram>>();
  private readonly observers = new Map<Instrument, (() => Iterable<Observation>)[]>();

  counter(instrument: CounterDefinition): LabeledSeries<Counter> {
    return seriesOf(this.counters, instrument, (labels) => new Counter(labels));
  }

  histogram(instrument: HistogramDefinition): LabeledSeries<Histogram> {
    return seriesOf(this.histograms, instrument, (labels) => new Histogram(labels, instrument.bounds));
  }

  /**
   * Registers a function that returns the current values. It is called whenever metrics are collected, so it must be
   * fast.
   */
  observe(instrument: ObservableDefinition, observe: () => Iterable<Observation>): void {
    this.observers.set(instrument, [...(this.observers.get(instrument) ?? []), observe]);
  }

  /** Returns all instruments that have values, sorted by name. */
  read(): Reading[] {
    const readings: Reading[] = [];
    for (const [instrument, series] of this.counters)
      readings.push({ instrument, values: series.all().map(({ labels, value }) => ({ labels, value })) });
    for (const [instrument, series] of this.histograms)
      readings.push({ instrument, values: series.all().map((value) => ({ labels: value.labels, value })) });
    for (const [instrument, observers] of this.observers) {
      const found = observers.flatMap((observe) => [...observe()]);
      readings.push({ instrument, values: found.map(([value, labels = {}]) => ({ labels, value })) });
    }
    return readings
      .filter(({ values }) => values.length > 0)
      .sort((one, other) => (one.instrument.name < other.instrument.name ? -1 : 1));
  }
}

function seriesOf<Series>(
  all: Map<Instrument, LabeledSeries<Series>>,
  instrument: Instrument,
  create: (labels: Labels) => Series,
): LabeledSeries<Series> {
  const series = all.get(instrument) ?? new LabeledSeries(create);
  all.set(instrument, series);
  return series;
}
