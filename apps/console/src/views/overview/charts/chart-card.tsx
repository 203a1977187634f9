import { Group, Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { TimeChart } from './time-chart.js';
import type { ChartSeries } from './time-chart.js';

/** A chart below its present value. */
export function ChartCard({
  title,
  value,
  detail,
  ...chart
}: {
  title: string;
  value: string;
  detail: string;
  kind: 'line' | 'bars';
  times: readonly number[];
  series: readonly ChartSeries[];
  format(value: number): string;
}): ReactNode {
  return (
    <Paper component="section" withBorder p="sm" miw={0}>
      <Group justify="space-between" align="baseline" gap="xs">
        <Title order={2} size="h6">
          {title}
        </Title>
        <Text fw={700} size="lg">
          {value}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" mb={4}>
        {detail}
      </Text>
      <TimeChart label={`Chart: ${title}. Now ${value}; ${detail}.`} {...chart} />
    </Paper>
  );
}
