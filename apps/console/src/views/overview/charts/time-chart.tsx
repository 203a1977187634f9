import 'uplot/dist/uPlot.min.css';
import './time-chart.css';

import { useComputedColorScheme } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import uPlot from 'uplot';

/** A series of a chart, with a value for each time. */
export interface ChartSeries {
  label: string;
  values: readonly (number | null)[];
  /** Name of a colour of the theme. */
  color: string;
  /** The style of the line, also in the legend, so that colour is not the only sign. Default: solid. */
  line?: 'solid' | 'dashed' | 'dotted';
}

interface TimeChartProps {
  /** Says what the chart shows, for those who do not see it. */
  label: string;
  kind: 'line' | 'bars';
  /** In milliseconds since 1970. */
  times: readonly number[];
  series: readonly ChartSeries[];
  format(value: number): string;
}

const HEIGHT = 130;
/** Lengths of the dashes and gaps of a line. */
const DASHES = { solid: [], dashed: [6, 4], dotted: [2, 3] };
const AXIS_WIDTH = 60;
/** The least width of the axis of time, in seconds. */
const LEAST_SPAN = 300;
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** A small chart of values over time. */
export function TimeChart({ label, kind, times, series, format }: TimeChartProps): ReactNode {
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>();
  const element = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(element, sizeRef);
  const plot = useRef<uPlot>(null);
  const scheme = useComputedColorScheme('light');
  const data: uPlot.AlignedData = [times.map((time) => time / 1_000), ...series.map(({ values }) => [...values])];
  const latest = useRef({ data, series, format });
  latest.current = { data, series, format };
  const isReady = width > 0;
  useEffect(() => {
    if (!element.current || !isReady) return undefined;
    const target = element.current;
    // Each chart is drawn in a task of its own, so that several do not block the page together.
    const timer = setTimeout(() => {
      const options = optionsOf(kind, latest.current.series, (value) => latest.current.format(value));
      plot.current = new uPlot({ ...options, width: target.clientWidth }, latest.current.data, target);
    });
    return () => {
      clearTimeout(timer);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [isReady, kind, scheme, series.length]);
  useEffect(() => plot.current?.setSize({ width, height: HEIGHT }), [width]);
  useEffect(() => plot.current?.setData(latest.current.data), [times, series]);
  const className = series.length > 2 ? 'time-chart time-chart-many' : 'time-chart';
  return <div ref={ref} role="img" aria-label={label} className={className} />;
}

function optionsOf(
  kind: 'line' | 'bars',
  series: readonly ChartSeries[],
  format: (value: number) => string,
): Omit<uPlot.Options, 'width'> {
  const margin = kind === 'bars' ? 30 : 0; // half of a bar, which stands for a minute
  const grid = { stroke: colorOf('default-border'), width: 1 };
  const axis = { stroke: colorOf('dimmed'), grid, ticks: grid, font: '11px system-ui' };
  return {
    height: HEIGHT,
    padding: [8, 24, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    // The axis of values begins at 0, and does not collapse if all are 0.
    scales: {
      x: { range: ({ data: [times] }) => timeRange(times, margin) },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      { ...axis, size: 30, space: 60, values: (_, splits) => splits.map((time) => TIME.format(time * 1_000)) },
      { ...axis, size: AXIS_WIDTH, space: 34, values: (_, splits) => splits.map(format) },
    ],
    series: [
      { value: (_, time: number | null) => (time === null ? '–' : new Date(time * 1_000).toLocaleTimeString()) },
      ...series.map(({ label, color, line = 'solid' }) => ({
        label,
        stroke: colorOf(color),
        width: 2,
        dash: DASHES[line],
        class: kind === 'bars' ? kind : line,
        ...(kind === 'bars' && { fill: colorOf(color), width: 0, paths: uPlot.paths.bars?.({ size: [0.8, 20] }) }),
        points: { show: kind === 'line' ? isLonely : false, size: 5 },
        value: (_: uPlot, value: number | null) => (value === null ? '–' : format(value)),
      })),
    ],
  };
}

/** Returns the limits of the axis of time. */
function timeRange(times: ArrayLike<number>, margin: number): [number, number] {
  const first = times[0] ?? 0;
  const last = times[times.length - 1] ?? first;
  return [Math.min(first, last - LEAST_SPAN) - margin, last + margin];
}

/** Whether a series has values whose neighbours have none: a line would not show them. */
function isLonely({ data }: uPlot, index: number): boolean {
  const values = data[index] ?? [];
  return values.some((value, at) => value != null && values[at - 1] == null && values[at + 1] == null);
}

function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--mantine-color-${name}`);
}
