import type { Data } from '../../../api/types.js';
import { previewOf } from '../../../values/preview.js';
import type { ChartType } from '../ask-state.js';

/** A group of the result. */
export interface AggregateGroup {
  key: Data;
  values: Data;
  ignored: Record<string, number>;
}

export interface AggregateResult {
  groups: readonly AggregateGroup[];
  truncated: boolean;
}

/** The values of a chart: a point on the x axis for each group, and a series for each value. */
export interface ChartData {
  type: ChartType;
  /** Time zone of the x axis; null if it has labels. */
  timeZone: string | null;
  /** Seconds, or positions of the labels. */
  x: readonly number[];
  labels: readonly string[];
  series: readonly { label: string; values: readonly (number | null)[] }[];
}

/** Series of a chart at most; more cannot be distinguished. */
const SERIES = 8;
/** Points of a chart at most; the table has all. */
const POINTS = 500;

interface ChartInput {
  result: AggregateResult;
  type: ChartType;
  /** Names of the groups and of the computed columns in the result. */
  groups: readonly string[];
  columns: readonly { name: string; label: string }[];
  /** Time zone of the buckets of the first group; null if it has none. */
  timeZone: string | null;
}

/**
 * Returns the chart of a result. The first group is the x axis. If there is a second one, its values are the series of
 * the first computed column; otherwise each computed column is a series. Returns null if there is nothing to draw.
 */
export function chartDataOf({ result, type, groups, columns, timeZone }: ChartInput): ChartData | null {
  const [first, second] = groups;
  if (first === undefined) return null;
  const usable = result.groups.filter(({ key }) => timeZone === null || typeof key[first] === 'string');
  const points = new Map<string, { id: string; x: number; label: string }>();
  for (const { key } of usable) {
    const id = JSON.stringify(key[first]); // null is not the text "none"
    if (points.has(id) || points.size === POINTS) continue;
    const label = keyText(key[first]);
    points.set(id, { id, label, x: timeZone === null ? points.size : Date.parse(label) / 1_000 });
  }
  const axis = [...points.values()].toSorted((one, other) => one.x - other.x);
  const positions = new Map(axis.map(({ id }, index) => [id, index]));
  const series = new Map<string, { label: string; values: (number | null)[] }>();
  const put = (id: string, label: string, point: unknown, value: unknown): void => {
    const at = positions.get(JSON.stringify(point));
    if (at === undefined || typeof value !== 'number') return;
    if (!series.has(id) && series.size === SERIES) return;
    const known = series.get(id) ?? { label, values: Array<number | null>(axis.length).fill(null) };
    known.values[at] = value;
    series.set(id, known);
  };
  for (const { key, values } of usable) {
    if (second === undefined) for (const { name, label } of columns) put(name, label, key[first], values[name]);
    else put(JSON.stringify(key[second]), keyText(key[second]), key[first], values[columns[0]?.name ?? '']);
  }
  if (axis.length === 0 || series.size === 0) return null;
  return {
    type,
    timeZone,
    x: axis.map(({ x }) => x),
    labels: axis.map(({ label }) => label),
    series: [...series.values()],
  };
}

/** Returns the text of a key: strings as they are, other values as JSON. */
export function keyText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : previewOf(value, 200).text;
}
