/** The description of an instrument; `docs/metrics.md` is generated from it. */
export interface InstrumentOptions {
  /** Unit in UCUM, as in OpenTelemetry: `s`, `By`, `1`, or the counted thing in braces. */
  unit: string;
  description: string;
  /**
   * The attributes and their values. There are only a few known values: never an id, an address or a name from a
   * customer.
   */
  labels?: Readonly<Record<string, string>>;
}

/** The declaration of a metric; {@link Metrics} has its values. */
export interface Instrument extends InstrumentOptions {
  readonly name: string;
  /** A `sum` can increase and decrease, a `counter` only increases. */
  readonly kind: 'counter' | 'sum' | 'gauge' | 'histogram';
  /** Upper bounds of a histogram's buckets. */
  readonly bounds: readonly number[];
}

export type CounterDefinition = Instrument & { readonly kind: 'counter' };
export type HistogramDefinition = Instrument & { readonly kind: 'histogram' };
export type ObservableDefinition = Instrument & { readonly kind: 'counter' | 'sum' | 'gauge' };

/** Bucket bounds for durations in seconds, from the semantic conventions. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const declared = new Map<string, Instrument>();

/** Declares a counter. */
export function counter(name: string, options: InstrumentOptions): CounterDefinition {
  return declare({ ...options, name, kind: 'counter', bounds: [] });
}

/** Declares a histogram, which records each measurement. */
export function histogram(
  name: string,
  { bounds = SECONDS, ...options }: InstrumentOptions & { bounds?: number[] },
): HistogramDefinition {
  return declare({ ...options, name, kind: 'histogram', bounds });
}

/**
 * Declares a metric whose values are read when metrics are collected: a `sum` can be added up over processes, a `gauge`
 * cannot.
 */
export function observableGauge(
  kind: ObservableDefinition['kind'],
  name: string,
  options: InstrumentOptions,
): ObservableDefinition {
  return declare({ ...options, name, kind, bounds: [] });
}

/** Returns all declared instruments, sorted by name. */
export function instruments(): Instrument[] {
  return [...declared.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function declare<One extends Instrument>(instrument: One): One {
  if (declared.has(instrument.name)) throw new Error(`The metric ${instrument.name} is declared twice.`);
  declared.set(instrument.name, instrument);
  return instrument;
}
