/** One sample line of an exposition: a name, its labels, its value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The parsed response of `/metrics`. */
export class Exposition {
  constructor(
    readonly types: ReadonlyMap<string, string>,
    readonly samples: readonly Sample[],
  ) {}

  /** Returns the sum of all series with the given name and labels, or 0 if there is none. */
  value(name: string, labels: Record<string, string> = {}): number {
    return this.all(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  all(name: string, labels: Record<string, string> = {}): Sample[] {
    return this.samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  }
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/;
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\})|(?=\})))+)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf))$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/g;

/**
 * Parses the text format strictly: help and type of a family come first, and its samples follow without interruption.
 */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('The last line has no line break.');
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let helped: string | undefined;
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, help] = HELP.exec(line) ?? [];
    const [, typed, type] = TYPE.exec(line) ?? [];
    const sample = SAMPLE.exec(line);
    if (help !== undefined) helped = help;
    else if (typed !== undefined && type !== undefined) {
      if (typed !== helped || types.has(typed)) throw new Error(`Out of place: ${line}`);
      types.set((family = typed), type);
    } else if (sample) {
      const [, name = '', labels = '', value = ''] = sample;
      if (!belongs(name, family, types.get(family))) throw new Error(`Does not belong to ${family}: ${line}`);
      const series = `${name}{${labels}}`;
      if (seen.has(series)) throw new Error(`Duplicate series: ${line}`);
      seen.add(series);
      samples.push({ name, labels: labelsOf(labels), value: Number(value) });
    } else throw new Error(`Not a valid line: ${line}`);
  }
  return new Exposition(types, samples);
}

function belongs(name: string, family: string, type: string | undefined): boolean {
  if (type === 'histogram') return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
  return name === family && (type !== 'counter' || name.endsWith('_total'));
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, label = '', value = '']) => [label, value]));
}
