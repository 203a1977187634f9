import { SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { bytesText, countOf } from '../../../values/numbers.js';
import type { Overview } from '../samples.js';
import { BacklogCharts } from './backlog-charts.js';
import { ChartCard } from './chart-card.js';
import { QuantileChart } from './quantile-chart.js';
import { RequestCharts } from './request-charts.js';

/** The charts of the overview. */
export function Charts({ overview }: { overview: Overview }): ReactNode {
  const { stats } = overview;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      {stats.requests && <RequestCharts overview={overview} requests={stats.requests} />}
      {stats.feed && <QuantileChart title="Feed lag" hour={stats.feed.lagMs} minutes={stats.feed.minutes} />}
      {stats.feed && stats.webhooks && (
        <BacklogCharts overview={overview} feed={stats.feed} webhooks={stats.webhooks} />
      )}
      <SizeChart overview={overview} />
    </SimpleGrid>
  );
}

function SizeChart({ overview: { stats, samples } }: { overview: Overview }): ReactNode {
  const charts = useMemo(
    () => ({
      times: samples.map(({ at }) => at),
      bytes: [{ label: 'Size', color: 'blue-text', values: samples.map(({ bytes }) => bytes) }],
    }),
    [samples],
  );
  const { bytes, records, collections } = stats.storage;
  return (
    <ChartCard
      title="Size of the stored data"
      value={bytesText(bytes)}
      detail={`${countOf(records, 'record')} in ${countOf(collections, 'collection')}, with their history`}
      kind="line"
      times={charts.times}
      series={charts.bytes}
      format={bytesText}
    />
  );
}
