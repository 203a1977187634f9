import 'uplot/dist/uPlot.min.css';

import { Box, Group, Text, useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import uPlot from 'uplot';

import { shorten } from '../../../values/shorten.js';
import type { ChartData } from './chart-data.js';
import { chartOptions, colorOf, dashOf } from './chart.js';

const HEIGHT = 300;

/** Draws a result as bars or lines. The table below has the same values. */
export function ChartView({ data, label }: { data: ChartData; label: string }): ReactNode {
  const scheme = useComputedColorScheme('light');
  const { ref, width } = useElementSize();
  const element = useRef<HTMLDivElement>(null);
  const [point, setPoint] = useState<number | null>(null);
  useEffect(() => {
    if (!element.current || width === 0) return undefined;
    const options = chartOptions({ data, scheme, width, height: HEIGHT, onPoint: setPoint });
    const values: uPlot.AlignedData = [[...data.x], ...data.series.map((series) => [...series.values])];
    const chart = new uPlot(options, values, element.current);
    return () => chart.destroy();
  }, [data, scheme, width]);
  return (
    <Box ref={ref}>
      <Box ref={element} role="img" aria-label={label} mih={HEIGHT} />
      <Group gap="md" mih="1.6rem">
        {data.series.map((series, index) => (
          <Group key={index} gap={6} wrap="nowrap">
            <svg width={24} height={10} aria-hidden>
              <line
                x1={0}
                x2={24}
                y1={5}
                y2={5}
                stroke={colorOf(index, scheme)}
                strokeWidth={data.type === 'bars' ? 10 : 2}
                strokeDasharray={data.type === 'bars' ? undefined : dashOf(index).join(' ')}
              />
            </svg>
            <Text size="sm">{shorten(series.label, 40)}</Text>
          </Group>
        ))}
      </Group>
      <Text size="sm" c="dimmed" mih="1.5rem" aria-hidden>
        {point !== null && pointText(data, point)}
      </Text>
    </Box>
  );
}

function pointText({ labels, series }: ChartData, point: number): string {
  const values = series.flatMap(({ label, values: all }) => {
    const value = all[point];
    return value === null || value === undefined ? [] : [`${shorten(label, 40)} ${value.toLocaleString()}`];
  });
  return `${shorten(labels[point] ?? '', 60)}: ${values.join(', ')}`;
}
