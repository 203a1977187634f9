import uPlot from 'uplot';

import type { ChartData } from './chart-data.js';

/** Colours of the series, for a light and a dark background. */
const COLORS = {
  light: ['#0f766e', '#c2410c', '#4338ca', '#a16207', '#be185d', '#0369a1', '#4d7c0f', '#7e22ce'],
  dark: ['#2dd4bf', '#fb923c', '#a5b4fc', '#facc15', '#f472b6', '#38bdf8', '#a3e635', '#d8b4fe'],
};
/** Dashes of the lines, because colours alone do not distinguish them. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4], [14, 4], [1, 4], [6, 2, 2, 2]];

export type Scheme = keyof typeof COLORS;

export function colorOf(index: number, scheme: Scheme): string {
  const colors = COLORS[scheme];
  return colors[index % colors.length] ?? '#808080';
}

export function dashOf(index: number): number[] {
  return DASHES[index % DASHES.length] ?? [];
}

interface ChartInput {
  data: ChartData;
  scheme: Scheme;
  width: number;
  height: number;
  /** Called with the point under the pointer. */
  onPoint(index: number | null): void;
}

/** Returns the options of the chart. */
export function chartOptions({ data, scheme, width, height, onPoint }: ChartInput): uPlot.Options {
  const { timeZone, labels, series, type } = data;
  const text = scheme === 'dark' ? '#d1d5db' : '#374151';
  const grid = { stroke: scheme === 'dark' ? '#374151' : '#e5e7eb', width: 1 };
  const half = halfStep(data.x);
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    ...(timeZone !== null && { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1_000), timeZone) }),
    scales: {
      x: { time: timeZone !== null, range: (_, min, max) => [min - half, max + half] },
      y: { range: (_, min, max) => rangeOf(min, max) },
    },
    axes: [
      {
        stroke: text,
        grid: { show: false },
        ...(timeZone === null && {
          space: 90,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
          values: (_: uPlot, splits: number[]) => splits.map((split) => short(labels[split] ?? '')),
        }),
      },
      { stroke: text, grid, size: 70, values: (_, splits) => splits.map((split) => COMPACT.format(split)) },
    ],
    series: [
      {},
      ...series.map(({ label }, index): uPlot.Series => {
        const color = colorOf(index, scheme);
        const line = { label, stroke: color, width: 2, dash: dashOf(index), spanGaps: true };
        return type === 'lines'
          ? line
          : {
              label,
              stroke: color,
              fill: color,
              width: 0,
              points: { show: false },
              paths: bars(index, series.length, half),
            };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

const COMPACT = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 2 });

/** Half of the least distance between two points. */
function halfStep(x: readonly number[]): number {
  const steps = x.slice(1).map((value, index) => value - (x[index] ?? value));
  const least = Math.min(...steps.filter((step) => step > 0));
  return Number.isFinite(least) ? least / 2 : 0.5;
}

/** The axis of values starts at 0, so that the lengths of bars can be compared. */
function rangeOf(min: number, max: number): [number, number] {
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  const margin = (high - low) * 0.08 || 1;
  return [low < 0 ? low - margin : 0, high > 0 ? high + margin : 0];
}

/** Draws the bars of a series beside those of the other series. */
function bars(index: number, count: number, half: number): uPlot.Series.PathBuilder {
  return (chart, seriesIndex, from, to) => {
    const path = new Path2D();
    const zero = chart.valToPos(0, 'y', true);
    const slot = (half * 2 * 0.8) / count;
    for (let at = from; at <= to; at += 1) {
      const value = chart.data[seriesIndex]?.[at];
      const x = chart.data[0][at];
      if (typeof value !== 'number' || x === undefined) continue;
      const left = chart.valToPos(x - half * 0.8 + index * slot, 'x', true);
      const right = chart.valToPos(x - half * 0.8 + (index + 1) * slot, 'x', true);
      const top = chart.valToPos(value, 'y', true);
      path.rect(left, Math.min(top, zero), Math.max(1, right - left - 1), Math.abs(zero - top));
    }
    return { fill: path };
  };
}

function short(label: string): string {
  return label.length > 14 ? `${label.slice(0, 13)}…` : label;
}
