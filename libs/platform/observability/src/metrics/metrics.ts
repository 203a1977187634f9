import { Injectable } from '@nestjs/common';

import type { CounterDefinition, HistogramDefinition, Instrument, ObservableDefinition } from './instrument.js';
import { Histogram, LabeledSeries, Counter } from './series.js';
import type { Labels } from './series.js';

/** A value that was looked up. */
export type Observation = readonly [value: number, labels?: Labels];

/** The values of one instrument at one moment. */
export interface Reading {
  readonly instrument: Instrument;
  readonly values: readonly { readonly labels: Labels; readonly value: number | Histogram }[];
}

/**
 * The metrics of this process: instruments are declared beside what they measure, and their values are here. Counting is an
 * addition to a number that is at hand, so that it costs requests next to nothing; formats are made when somebody asks.
 */
@Injectable()
export class Metrics {
  /** When counting began: Unix time in milliseconds. */
  readonly since = Date.now();
  private readonly tallies = new Map<Instrument, LabeledSeries<Counter>>();
  private readonly distributions = new Map<Instrument, LabeledSeries<Histogram>>();
  private readonly lookUps = new Map<Instrument, (() => Iterable<Observation>)[]>();

  counter(instrument: CounterDefinition): LabeledSeries<Counter> {
    return seriesOf(this.tallies, instrument, (labels) => new Counter(labels));
  }

  histogram(instrument: HistogramDefinition): LabeledSeries<Histogram> {
    return seriesOf(this.distributions, instrument, (labels) => new Histogram(labels, instrument.bounds));
  }

  /** `lookUp` is asked whenever somebody reads the metrics, so it must be quick. */
  observe(instrument: ObservableDefinition, lookUp: () => Iterable<Observation>): void {
    this.lookUps.set(instrument, [...(this.lookUps.get(instrument) ?? []), lookUp]);
  }

  /** Everything there is a value of, by the names of the instruments. */
  read(): Reading[] {
    const readings: Reading[] = [];
    for (const [instrument, series] of this.tallies)
      readings.push({ instrument, values: series.all().map(({ labels, value }) => ({ labels, value })) });
    for (const [instrument, series] of this.distributions)
      readings.push({ instrument, values: series.all().map((value) => ({ labels: value.labels, value })) });
    for (const [instrument, lookUps] of this.lookUps) {
      const found = lookUps.flatMap((lookUp) => [...lookUp()]);
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
  make: (labels: Labels) => Series,
): LabeledSeries<Series> {
  const series = all.get(instrument) ?? new LabeledSeries(make);
  all.set(instrument, series);
  return series;
}
