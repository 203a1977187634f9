import { Box, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import type { ReactNode } from 'react';

import { PageHeader } from '../layout/page-header.js';
import { Loading } from './loading.js';
import { ProblemAlert } from './problem-alert.js';

/**
 * Shows the result of a query, or that it is loading, or its error. If a result cannot be read again, the error is
 * shown above it, because it may be out of date.
 */
export function QueryView<Data>({
  query,
  heading,
  loading = <Loading />,
  children,
}: {
  query: UseQueryResult<Data>;
  /** Heading of the view until the result is shown, which then has its own. */
  heading?: string;
  /** Is shown while the query loads. */
  loading?: ReactNode;
  children: (data: Data) => ReactNode;
}): ReactNode {
  const { data, error, refetch } = query;
  // The first result is rendered in short tasks, as it may be large.
  const isShown = useDeferredValue(data !== undefined);
  const alert = error && <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (data === undefined || !isShown)
    return (
      <>
        {heading !== undefined && <PageHeader title={heading} />}
        {alert ?? loading}
      </>
    );
  return (
    <>
      {alert && (
        <Box mb="md">
          {alert}
          <Text size="sm" c="dimmed" mt={4}>
            The following may be out of date.
          </Text>
        </Box>
      )}
      {children(data)}
    </>
  );
}
