/** What an instrument may say of itself; `docs/metrics.md` is made of it. */
export interface About {
  /** UCUM, as OpenTelemetry has it: `s`, `By`, `1`, or what is counted, in braces. */
  unit: string;
  description: string;
  /** The attributes and what they may be. Their values are few, and known beforehand: never an id, an address or a name of a customer's. */
  labels?: Readonly<Record<string, string>>;
}

/** One metric of Haven's, as it is declared; {@link Metrics} has its values. */
export interface Instrument extends About {
  readonly name: string;
  /** `sum` goes up and down, `counter` only up. */
  readonly kind: 'counter' | 'sum' | 'gauge' | 'histogram';
  /** Upper bounds of a histogram's buckets. */
  readonly bounds: readonly number[];
}

export type CounterDefinition = Instrument & { readonly kind: 'counter' };
export type HistogramDefinition = Instrument & { readonly kind: 'histogram' };
export type ObservableDefinition = Instrument & { readonly kind: 'counter' | 'sum' | 'gauge' };

/** As the semantic conventions have them, for durations in seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const declared = new Map<string, Instrument>();

/** Declares what is counted. */
export function counter(name: string, about: About): CounterDefinition {
  return declare({ ...about, name, kind: 'counter', bounds: [] });
}

/** Declares what is measured each time it happens. */
export function histogram(
  name: string,
  { bounds = SECONDS, ...about }: About & { bounds?: number[] },
): HistogramDefinition {
  return declare({ ...about, name, kind: 'histogram', bounds });
}

/** Declares what is looked up when somebody asks: `sum` for what may be added up over processes, `gauge` for what may not. */
export function observableGauge(kind: ObservableDefinition['kind'], name: string, about: About): ObservableDefinition {
  return declare({ ...about, name, kind, bounds: [] });
}

/** All that are declared, by name. */
export function instruments(): Instrument[] {
  return [...declared.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function declare<One extends Instrument>(instrument: One): One {
  if (declared.has(instrument.name)) throw new Error(`The metric ${instrument.name} is declared twice.`);
  declared.set(instrument.name, instrument);
  return instrument;
}
