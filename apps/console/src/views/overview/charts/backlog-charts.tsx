import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { countText } from '../../../values/numbers.js';
import type { Overview, Stats } from '../samples.js';
import { ChartCard } from './chart-card.js';

/** The charts of what waits, since the overview was opened. */
export function BacklogCharts({
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
  return (
    <>
      <ChartCard
        title="Changes waiting for the feed"
        value={countText(feed.waiting)}
        detail={`In the last hour, ${countText(feed.entered)} entered`}
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
