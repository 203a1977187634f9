import { Button, Group, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../ui/problem-alert.js';

interface ListStatusProps {
  loaded: number;
  isComplete: boolean;
  isLoading: boolean;
  /** Whether more records match than the best ones, of which a search consists. */
  isTruncated: boolean;
  /** The number of all records, if the user has asked for it. */
  count: UseQueryResult<number>;
}

const NUMBER = new Intl.NumberFormat();

/** Says how many records are listed, and counts all of them when the user asks for it. */
export function ListStatus({ loaded, isComplete, isLoading, isTruncated, count }: ListStatusProps): ReactNode {
  return (
    <>
      <Group justify="space-between" mt={6} gap="xs">
        <Group gap="xs">
          <Text size="sm" role="status">
            {textOf(loaded, isComplete, count.data)}
            {isLoading && ' Loading…'}
          </Text>
          {!isComplete && count.data === undefined && (
            <Button size="compact-xs" variant="light" loading={count.isFetching} onClick={() => void count.refetch()}>
              Count all
            </Button>
          )}
          {isTruncated && (
            <Text size="sm" c="dimmed">
              These are the best matches. Sort by a column to list all.
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed" visibleFrom="sm">
          Arrow keys move, Enter opens or edits, Space selects
        </Text>
      </Group>
      {count.error && <ProblemAlert error={count.error} onRetry={() => void count.refetch()} />}
    </>
  );
}

function textOf(loaded: number, isComplete: boolean, total: number | undefined): string {
  const all = isComplete ? loaded : total;
  if (all === undefined) return `${NUMBER.format(loaded)} records loaded, and there are more.`;
  const text = `${NUMBER.format(all)} ${all === 1 ? 'record' : 'records'}`;
  return isComplete ? `${text}.` : `${text}, ${NUMBER.format(loaded)} loaded.`;
}
