import { Box, Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { Empty } from '../../ui/feedback/empty.js';
import { Loading } from '../../ui/feedback/loading.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { ChangeItem } from './change-item.js';
import { FeedControls } from './feed-controls.js';
import { isSelected } from './feed-selection.js';
import type { FeedSelection } from './feed-selection.js';
import type { FeedItem } from './feed.js';
import { useFeed } from './use-feed.js';

interface FeedListProps {
  selection: FeedSelection;
  /** The filter of the selection as JSON. */
  filter: string;
  isExpanded: boolean;
}

/** The newest changes, newest first. Changes that happen are added at the top, unless the list is paused. */
export function FeedList({ selection, filter, isExpanded }: FeedListProps): ReactNode {
  const feed = useFeed(selection.collection, filter);
  const { shown, error } = feed;
  const items = shown?.filter((item) => isSelected(item, selection)) ?? [];
  const before = previousOf(shown ?? []);
  return (
    <>
      {shown && <FeedControls feed={feed} waiting={feed.held.filter((item) => isSelected(item, selection)).length} />}
      {error !== null && error !== undefined && <ProblemAlert error={error} onRetry={feed.restart} />}
      {!shown && (error === null || error === undefined) && <Loading what="Loading the newest changes…" />}
      {items.length > 0 && (
        <Box component="ul" aria-label="Changes, newest first" p={0} m={0} style={{ listStyle: 'none' }}>
          {items.map((item) => (
            <ChangeItem
              key={item.key}
              item={item}
              previous={before.get(item.key)}
              isFiltered={filter !== '{}'}
              isExpanded={isExpanded}
            />
          ))}
        </Box>
      )}
      {shown && items.length === 0 && (
        <Empty title={feed.older === null ? 'No changes' : `None of the newest ${shown.length} changes match`}>
          Changes appear here as they happen.
        </Empty>
      )}
      {shown && (
        <Group justify="center" mt="md">
          {feed.older === null ? (
            <Text size="sm" c="dimmed">
              These are all changes that are kept.
            </Text>
          ) : (
            <Button variant="default" loading={feed.isReadingOlder} onClick={feed.readOlder}>
              Show older changes
            </Button>
          )}
        </Group>
      )}
    </>
  );
}

/** Returns the versions before those in the list, as far as they are in the list too. */
function previousOf(items: readonly FeedItem[]): Map<string, FeedItem> {
  const byRecord = new Map<string, FeedItem>();
  const previous = new Map<string, FeedItem>();
  for (const item of items) {
    const record = `${item.collection}/${item.recordId}`;
    const next = byRecord.get(record);
    if (next?.version === item.version + 1) previous.set(next.key, item);
    byRecord.set(record, item);
  }
  return previous;
}
