import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { countText } from '../../../values/numbers.js';
import { requestRate } from '../samples.js';
import type { Overview, Stats } from '../samples.js';
import { ChartCard } from './chart-card.js';
import { QuantileChart } from './quantile-chart.js';

/** The charts of the requests of each minute of the last hour. */
export function RequestCharts({
  overview,
  requests,
}: {
  overview: Overview;
  requests: NonNullable<Stats['requests']>;
}): ReactNode {
  const rate = requestRate(overview);
  const { minutes, latencyMs, byStatus, byApi, count } = requests;
  const charts = useMemo(
    () => ({
      times: minutes.map(({ minute }) => Date.parse(minute)),
      rates: [{ label: 'Requests', color: 'teal-text', values: minutes.map((minute) => minute.requests / 60) }],
      errors: [
        { label: '4xx', color: 'orange-text', values: minutes.map(({ clientErrors }) => clientErrors) },
        {
          label: '5xx',
          color: 'red-text',
          line: 'dashed' as const,
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
      <QuantileChart title="Latency" hour={latencyMs} minutes={minutes} />
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
