/** The attributes of one series, as text. */
export type Labels = Readonly<Record<string, string>>;

/** A count; whoever counts often keeps it at hand, and adds to it. */
export class Counter {
  value = 0;

  constructor(readonly labels: Labels) {}

  add(amount = 1): void {
    this.value += amount;
  }
}

/** How often values fell into each bucket. */
export class Histogram {
  /** One bucket more than there are bounds: of what is above all of them. */
  readonly counts: number[];
  sum = 0;

  constructor(
    readonly labels: Labels,
    readonly bounds: readonly number[],
  ) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  record(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

/** So many series an instrument has at most, as in OpenTelemetry; the rest are one. */
const MOST = 2_000;
const OVERFLOW: Labels = { 'otel.metric.overflow': 'true' };

/** The series of one instrument, each made when its labels are first met. */
export class LabeledSeries<Series> {
  private readonly byLabels = new Map<string, Series>();
  private overflow: Series | undefined;

  constructor(private readonly make: (labels: Labels) => Series) {}

  /** Labels that are undefined are left out. */
  of(labels: Readonly<Record<string, string | undefined>> = {}): Series {
    let key = '';
    for (const name in labels) if (labels[name] !== undefined) key += `${name}\0${labels[name]}\0`;
    const known = this.byLabels.get(key);
    if (known !== undefined) return known;
    const given = Object.entries(labels).filter((label): label is [string, string] => label[1] !== undefined);
    if (this.byLabels.size >= MOST) return (this.overflow ??= this.make(OVERFLOW));
    const made = this.make(Object.fromEntries(given));
    this.byLabels.set(key, made);
    return made;
  }

  all(): Series[] {
    return [...this.byLabels.values(), ...(this.overflow === undefined ? [] : [this.overflow])];
  }
}
