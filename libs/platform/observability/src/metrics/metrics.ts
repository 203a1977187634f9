import { Injectable } from '@nestjs/common';

import type { Counter, Histogram, Instrument, Observed } from './instrument.js';
import { Distribution, SeriesOf, Tally } from './series.js';
import type { Labels } from './series.js';

/** A value that was looked up. */
export type Observation = readonly [value: number, labels?: Labels];

/** The values of one instrument at one moment. */
export interface Reading {
  readonly instrument: Instrument;
  readonly values: readonly { readonly labels: Labels; readonly value: number | Distribution }[];
}

/**
 * The metrics of this process: instruments are declared beside what they measure, and their values are here. Counting is an
 * addition to a number that is at hand, so that it costs requests next to nothing; formats are made when somebody asks.
 */
@Injectable()
export class Metrics {
  /** When counting began: Unix time in milliseconds. */
  readonly since = Date.now();
  private readonly tallies = new Map<Instrument, SeriesOf<Tally>>();
  private readonly distributions = new Map<Instrument, SeriesOf<Distribution>>();
  private readonly lookUps = new Map<Instrument, (() => Iterable<Observation>)[]>();

  counter(instrument: Counter): SeriesOf<Tally> {
    return seriesOf(this.tallies, instrument, (labels) => new Tally(labels));
  }

  histogram(instrument: Histogram): SeriesOf<Distribution> {
    return seriesOf(this.distributions, instrument, (labels) => new Distribution(labels, instrument.bounds));
  }

  /** `lookUp` is asked whenever somebody reads the metrics, so it must be quick. */
  observe(instrument: Observed, lookUp: () => Iterable<Observation>): void {
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
  all: Map<Instrument, SeriesOf<Series>>,
  instrument: Instrument,
  make: (labels: Labels) => Series,
): SeriesOf<Series> {
  const series = all.get(instrument) ?? new SeriesOf(make);
  all.set(instrument, series);
  return series;
}
