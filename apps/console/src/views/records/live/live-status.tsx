import { Badge, Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { MOST_ADDED } from './live-marks.js';
import type { LiveChanges } from './use-live-changes.js';

/** Says whether a list is live, and how many of its records others have changed. */
export function LiveStatus({ live: { status, notes, added, hasSearch, reload } }: { live: LiveChanges }): ReactNode {
  if (status === 'off') return null;
  const parts = [
    added > 0 && !hasSearch && `${added < MOST_ADDED ? added : `${MOST_ADDED} or more`} new`,
    notes.size > 0 && `${notes.size} changed by others`,
    added > 0 && hasSearch && 'other records have changed',
  ].filter((part) => part !== false);
  return (
    <Group gap="xs" role="status">
      <Badge variant="outline" color={status === 'open' ? 'teal' : 'gray'} c="var(--mantine-color-text)" tt="none">
        {status === 'open' ? 'Live' : status === 'connecting' ? 'Connecting…' : 'Not live'}
      </Badge>
      {parts.length > 0 && (
        <>
          <Text size="sm">{parts.join(', ')}</Text>
          <Button size="compact-xs" variant="default" onClick={reload}>
            Reload
          </Button>
        </>
      )}
    </Group>
  );
}
