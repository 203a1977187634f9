import { SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { bytesText, countOf, countText, durationText } from '../../../values/numbers.js';
import { requestRate } from '../samples.js';
import type { Overview, Stats } from '../samples.js';
import { ChartCard } from './chart-card.js';

/** The charts of the overview. */
export function Charts({ overview }: { overview: Overview }): ReactNode {
  const { stats } = overview;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      {stats.requests && <RequestCharts requests={stats.requests} rate={requestRate(overview)} />}
      {stats.feed && stats.webhooks && (
        <BacklogCharts overview={overview} feed={stats.feed} webhooks={stats.webhooks} />
      )}
      <SizeChart overview={overview} />
    </SimpleGrid>
  );
}

/** The charts of the minutes of the last hour. */
function RequestCharts({
  requests,
  rate,
}: {
  requests: NonNullable<Stats['requests']>;
  rate: number | null;
}): ReactNode {
  const { minutes, latencyMs, byStatus, byApi, count } = requests;
  const charts = useMemo(
    () => ({
      times: minutes.map(({ minute }) => Date.parse(minute)),
      rates: [{ label: 'Requests', color: 'teal-text', values: minutes.map((minute) => minute.requests / 60) }],
      latency: [{ label: 'p95', color: 'blue-text', values: minutes.map(({ p95 }) => p95) }],
      errors: [
        { label: '4xx', color: 'orange-text', values: minutes.map(({ clientErrors }) => clientErrors) },
        {
          label: '5xx',
          color: 'red-text',
          dash: [6, 4],
          values: minutes.map(({ serverErrors }) => serverErrors),
        },
      ],
    }),
    [minutes],
  );
  const { times } = charts;
  const { clientError, serverError } = byStatus;
  const failed = count === 0 ? 0 : (100 * (clientError + serverError)) / count;
  const codes = `${countText(clientError)} with 4xx and ${countText(serverError)} with 5xx`;
  const apis = `${byApi.rest} REST, ${byApi.graphql} GraphQL, ${byApi.streams} streams`;
  return (
    <>
      <ChartCard
        title="Requests a second"
        value={rate === null ? '–' : countText(rate)}
        detail={`${countText(count)} in the last hour: ${apis}`}
        kind="bars"
        times={times}
        series={charts.rates}
        format={countText}
      />
      <ChartCard
        title="Latency (p95)"
        value={durationText(latencyMs.p95)}
        detail={`In the last hour, p50 ${durationText(latencyMs.p50)}, p99 ${durationText(latencyMs.p99)}`}
        kind="line"
        times={times}
        series={charts.latency}
        format={durationText}
      />
      <ChartCard
        title="Errors"
        value={`${countText(failed)} %`}
        detail={`In the last hour, ${codes}; by minute`}
        kind="line"
        times={times}
        series={charts.errors}
        format={countText}
      />
    </>
  );
}

/** The charts of what waits, since the overview was opened. */
function BacklogCharts({
  overview: { samples },
  feed,
  webhooks,
}: {
  overview: Overview;
  feed: NonNullable<Stats['feed']>;
  webhooks: NonNullable<Stats['webhooks']>;
}): ReactNode {
  const charts = useMemo(
    () => ({
      times: samples.map(({ at }) => at),
      waiting: [{ label: 'Waiting', color: 'teal-text', values: samples.map(({ waiting }) => waiting) }],
      pending: [{ label: 'Pending', color: 'grape-text', values: samples.map(({ pending }) => pending) }],
    }),
    [samples],
  );
  const lag = `p50 ${durationText(feed.lagMs.p50)}, p99 ${durationText(feed.lagMs.p99)}`;
  return (
    <>
      <ChartCard
        title="Changes waiting for the feed"
        value={countText(feed.waiting)}
        detail={`In the last hour, ${countText(feed.entered)} entered; lag ${lag}`}
        kind="line"
        times={charts.times}
        series={charts.waiting}
        format={countText}
      />
      <ChartCard
        title="Webhook deliveries pending"
        value={countText(webhooks.pending)}
        detail={webhookDetail(webhooks)}
        kind="line"
        times={charts.times}
        series={charts.pending}
        format={countText}
      />
    </>
  );
}

function webhookDetail({ active, disabled, dead, lag, attempts, failures }: NonNullable<Stats['webhooks']>): string {
  const texts = [
    `${active} active`,
    disabled > 0 && `${disabled} disabled`,
    dead > 0 && `${dead} deliveries abandoned`,
    lag > 0 && `${countText(lag)} changes behind`,
    `${countText(failures)} of ${countText(attempts)} attempts failed in the last hour`,
  ];
  return texts.filter((text) => text !== false).join(', ');
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
