import { Box, Group, NativeSelect, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { useSession } from '../../../session/session.js';
import { Empty } from '../../../ui/feedback/empty.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { columnLabel, columnNames, groupNames } from '../ask-body.js';
import type { Ask, ChartType } from '../ask-state.js';
import { aggregateQuery } from './aggregate-query.js';
import type { Computed } from './aggregate-query.js';
import { chartDataOf } from './chart-data.js';
import type { ChartData } from './chart-data.js';
import { ResultRequest } from './result-request.js';
import { ResultTable } from './result-table.js';

const ChartView = lazy(async () => ({ default: (await import('./chart-view.js')).ChartView }));

interface AskResultProps {
  ask: Ask;
  onChange(ask: Ask): void;
}

/** Shows the result of an aggregate. */
export function AskResult({ ask, onChange }: AskResultProps): ReactNode {
  const { haven } = useSession();
  const query = useQuery(aggregateQuery(haven, ask));
  const { data: computed } = query;
  const [drawn, setDrawn] = useState<number | null>(null);
  const chart = useMemo(() => computed && chartOf(computed, ask.chart, drawn), [computed, ask.chart, drawn]);
  if (query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (!computed) return <Loading what="Computing…" />;
  const { result } = computed;
  if (result.groups.length === 0) return <Empty title="No groups">No record matches, or no group does.</Empty>;
  const labels = computed.ask.columns.map(columnLabel);
  return (
    <Stack style={{ opacity: query.isFetching ? 0.6 : 1 }}>
      {query.isFetching && <Loading what="Computing…" />}
      <Group justify="space-between">
        <Title order={2} size="h4">
          Result
        </Title>
        {chart && (
          <Group gap="xs">
            {labels.length > 1 && (
              <NativeSelect
                size="xs"
                aria-label="Values in the chart"
                value={drawn ?? ''}
                data={[
                  { value: '', label: 'All values' },
                  ...labels.map((label, index) => ({ value: String(index), label })),
                ]}
                onChange={({ currentTarget: { value } }) => setDrawn(value === '' ? null : Number(value))}
              />
            )}
            <SegmentedControl
              size="xs"
              aria-label="Type of the chart"
              value={ask.chart}
              data={[
                { value: 'bars', label: 'Bars' },
                { value: 'lines', label: 'Lines' },
              ]}
              onChange={(type) => onChange({ ...ask, chart: type === 'lines' ? 'lines' : 'bars' })}
            />
          </Group>
        )}
      </Group>
      {chart && (
        <Suspense fallback={<Box mih={300} />}>
          <ChartView data={chart} label={`Chart of ${chart.series.map(({ label }) => label).join(', ')}`} />
        </Suspense>
      )}
      <ResultTable {...computed} />
      {result.truncated && <Text size="sm">There are more groups than {computed.ask.limit}.</Text>}
      <ResultRequest ask={ask} />
    </Stack>
  );
}

/** Returns the chart of all computed columns, or of the one at `drawn`. */
function chartOf({ ask, result }: Computed, type: ChartType, drawn: number | null): ChartData | null {
  const groups = ask.groups.filter(({ path }) => path !== '');
  const names = columnNames(ask.columns);
  const all = ask.columns.map((column, index) => ({ name: names[index] ?? '', label: columnLabel(column) }));
  const one = drawn === null ? undefined : all[drawn];
  const [first] = groups;
  const timeZone = first && first.bucket !== null ? first.timeZone || 'UTC' : null;
  return chartDataOf({ result, type, groups: groupNames(groups), columns: one ? [one] : all, timeZone });
}
