import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { countOf, countText } from '../../../values/numbers.js';
import type { RecordList } from './use-record-list.js';

/** Says how many records are listed, and counts all of them when the user asks for it. */
export function ListStatus({ list, children }: { list: RecordList; children?: ReactNode }): ReactNode {
  const { records, isComplete, isLoading, isTruncated, count } = list;
  if (records.length === 0 && (list.error || isLoading)) return null;
  return (
    <>
      <Group justify="space-between" mt={6} gap="xs">
        <Group gap="xs">
          <Text size="sm" role="status">
            {textOf(records.length, isComplete, count.data)}
            {isLoading && ' Loading…'}
          </Text>
          {!isComplete && count.data === undefined && (
            <Button size="compact-xs" variant="light" loading={count.isFetching} onClick={() => void count.refetch()}>
              Count all
            </Button>
          )}
          {children}
          {isTruncated && (
            <Text size="sm" c="dimmed">
              These are the best matches. Sort by a column to list all.
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed" visibleFrom="sm">
          Arrow keys move, Enter opens or edits, Space selects, ? lists more
        </Text>
      </Group>
      {count.error && <ProblemAlert error={count.error} onRetry={() => void count.refetch()} />}
    </>
  );
}

function textOf(loaded: number, isComplete: boolean, total: number | undefined): string {
  const all = isComplete ? loaded : total;
  if (all === undefined) return `${countOf(loaded, 'record')} loaded, and there are more.`;
  const text = countOf(all, 'record');
  return isComplete ? `${text}.` : `${text}, ${countText(loaded)} loaded.`;
}
