import { Badge, Button, Group, Text } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { useShortcut } from '../../ui/shortcuts.js';
import type { LiveFeed } from './use-feed.js';

/** Pauses and resumes the list, and says whether it is live. `waiting` changes are shown when it is resumed. */
export function FeedControls({ feed, waiting }: { feed: LiveFeed; waiting: number }): ReactNode {
  const { isPaused, pause, resume } = feed;
  const toggle = isPaused ? resume : pause;
  useShortcut('p', toggle);
  const { text, color } = stateOf(feed);
  return (
    <Group gap="sm" mb="sm">
      <Button
        variant="default"
        aria-keyshortcuts="p"
        leftSection={isPaused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        onClick={toggle}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <Group gap="xs" role="status">
        <Badge variant="outline" color={color} c="var(--mantine-color-text)" tt="none">
          {text}
        </Badge>
        {waiting > 0 && (
          <Text size="sm">
            {waiting > feed.limit ? `More than ${feed.limit}` : waiting} new {waiting === 1 ? 'change' : 'changes'}
          </Text>
        )}
      </Group>
    </Group>
  );
}

function stateOf({ isPaused, error, status }: LiveFeed): { text: string; color: string } {
  if (error !== null && error !== undefined) return { text: 'Stopped', color: 'red' };
  if (status === 'interrupted') return { text: 'Interrupted, connecting again…', color: 'orange' };
  if (isPaused) return { text: 'Paused', color: 'gray' };
  return status === 'open' ? { text: 'Live', color: 'teal' } : { text: 'Connecting…', color: 'gray' };
}
