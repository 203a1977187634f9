import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView } from '../../../api/types.js';
import { countOf } from '../../../values/numbers.js';
import { IndexStateBadge } from '../index-state-badge.js';
import { statesOf } from '../index-states.js';

/** Says how many indexes a collection has, and shows the states of those that are not ready. */
export function StateSummary({ collection }: { collection: CollectionView }): ReactNode {
  const { indexes, search } = collection;
  const parts = [indexes.length > 0 && countOf(indexes.length, 'index', 'indexes'), search && 'search'].filter(
    (part) => typeof part === 'string',
  );
  const unfinished = statesOf(collection).filter(({ state }) => state !== 'ready');
  return (
    <Group gap="xs">
      <Text size="sm">{parts.length > 0 ? parts.join(', ') : 'none'}</Text>
      {unfinished.map((state, index) => (
        <IndexStateBadge key={index} state={state} />
      ))}
    </Group>
  );
}
