import { useMemo } from 'react';
import type { ReactNode } from 'react';

import type { components } from '../../../api/openapi.js';
import { durationText } from '../../../values/numbers.js';
import { ChartCard } from './chart-card.js';
import type { ChartSeries } from './time-chart.js';

type Quantiles = components['schemas']['LatencyStats'];

/** The lines of the chart, the lowest first. */
const LINES = [
  { label: 'p50', color: 'teal-text', line: 'solid' },
  { label: 'p95', color: 'blue-text', line: 'dashed' },
  { label: 'p99', color: 'grape-text', line: 'dotted' },
] as const satisfies readonly (Omit<ChartSeries, 'values'> & { label: keyof Quantiles })[];

/** A chart of the quantiles of a duration: of the last hour as text, and of each of its minutes as lines. */
export function QuantileChart({
  title,
  hour,
  minutes,
}: {
  title: string;
  hour: Quantiles;
  minutes: readonly (Quantiles & { minute: string })[];
}): ReactNode {
  const { times, series } = useMemo(
    () => ({
      times: minutes.map(({ minute }) => Date.parse(minute)),
      series: LINES.map((line) => ({ ...line, values: minutes.map((minute) => minute[line.label]) })),
    }),
    [minutes],
  );
  return (
    <ChartCard
      title={title}
      value={`p95 ${durationText(hour.p95)}`}
      detail={`In the last hour, p50 ${durationText(hour.p50)} and p99 ${durationText(hour.p99)}`}
      kind="line"
      times={times}
      series={series}
      format={durationText}
    />
  );
}
