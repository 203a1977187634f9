/** The attributes of one series. */
export type Labels = Readonly<Record<string, string>>;

/** A counter. Code that counts often keeps a reference to it instead of looking it up each time. */
export class Counter {
  value = 0;

  constructor(readonly labels: Labels) {}

  add(amount = 1): void {
    this.value += amount;
  }
}

/** Counts values by bucket. */
export class Histogram {
  /** One more than there are bounds: the last bucket is for values above all bounds. */
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

/** Maximum number of series per instrument, as in OpenTelemetry; further label sets share one overflow series. */
const MAX_SERIES = 2_000;
const OVERFLOW: Labels = { 'otel.metric.overflow': 'true' };

/** The series of one instrument; each is created when its labels are first used. */
export class LabeledSeries<Series> {
  private readonly byLabels = new Map<string, Series>();
  private overflow: Series | undefined;

  constructor(private readonly create: (labels: Labels) => Series) {}

  /** Returns the series with these labels; labels that are undefined are omitted. */
  of(labels: Readonly<Record<string, string | undefined>> = {}): Series {
    let key = '';
    for (const name in labels) if (labels[name] !== undefined) key += `${name}\0${labels[name]}\0`;
    const known = this.byLabels.get(key);
    if (known !== undefined) return known;
    const given = Object.entries(labels).filter((label): label is [string, string] => label[1] !== undefined);
    if (this.byLabels.size >= MAX_SERIES) return (this.overflow ??= this.create(OVERFLOW));
    const created = this.create(Object.fromEntries(given));
    this.byLabels.set(key, created);
    return created;
  }

  all(): Series[] {
    return [...this.byLabels.values(), ...(this.overflow === undefined ? [] : [this.overflow])];
  }
}
