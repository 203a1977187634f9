import { Box, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { Loading } from './loading.js';
import { ProblemAlert } from './problem-alert.js';

/**
 * Shows the result of a query, or that it is loading, or its error. If a result cannot be read again, the error is
 * shown above it, because it may be out of date.
 */
export function QueryView<Data>({
  query,
  children,
}: {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}): ReactNode {
  const { data, error, refetch } = query;
  const alert = error && <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return alert ?? <Loading />;
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
