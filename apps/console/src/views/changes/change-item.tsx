import { Badge, Box, Button, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { memo, useState } from 'react';
import type { ReactNode } from 'react';

import { CHANGE_TYPES } from '../../labels/change-types.js';
import { ChangedRecord } from '../../labels/changed-record.js';
import { CopyButton } from '../../ui/buttons/copy-button.js';
import { Time } from '../../ui/time/time.js';
import { ChangeDiff } from './change-diff.js';
import type { FeedItem } from './feed.js';

interface ChangeItemProps {
  item: FeedItem;
  /** The version before; undefined if it is not in the list. */
  previous: FeedItem | undefined;
  isFiltered: boolean;
  /** Whether the differences are shown unless the user hides them. */
  isExpanded: boolean;
}

const EFFECTS = { entered: 'Matches now', changed: 'Still matches', left: 'Matches no longer' } as const;

/** One change in the list. */
export const ChangeItem = memo(function ChangeItem({
  item,
  previous,
  isFiltered,
  isExpanded,
}: ChangeItemProps): ReactNode {
  const [own, setOwn] = useState<'open' | 'closed' | null>(null);
  const isOpen = own === null ? isExpanded : own === 'open';
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  const toggle = isOpen ? 'Hide the differences' : 'Differences';
  const { label, color, icon: Icon } = CHANGE_TYPES[item.type];
  return (
    <Box component="li" py="sm" style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}>
      <Group ref={ref} gap="sm" align="flex-start" wrap="nowrap">
        <ThemeIcon variant="light" color={color} size="md" aria-hidden>
          <Icon size={16} />
        </ThemeIcon>
        <Stack gap={4} flex={1} miw={0} align="flex-start">
          <Group gap="xs">
            <Text span fw={600} size="sm">
              {label}
            </Text>
            <ChangedRecord collection={item.collection} id={item.recordId} label={item.label ?? previous?.label} />
            <Badge variant="default" tt="none">
              Version {item.version}
            </Badge>
            {isFiltered && (
              <Badge variant="outline" color="gray" tt="none">
                {EFFECTS[item.effect]}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed" component="div" style={{ overflowWrap: 'anywhere' }}>
            {item.actor}, <Time at={item.at} />
            {item.cause !== null && <>, because the record {item.cause} was deleted</>}
          </Text>
          <Button
            size="compact-sm"
            variant="subtle"
            px={0}
            aria-expanded={isOpen}
            aria-label={`${toggle}, ${label.toLowerCase()} record ${item.recordId}, version ${item.version}`}
            onClick={() => setOwn(isOpen ? 'closed' : 'open')}
          >
            {toggle}
          </Button>
          {isOpen && (
            <>
              <ChangeDiff item={item} previous={previous} isVisible={inViewport} />
              <Group gap="xs">
                <CopyButton text={item.cursor} label="Copy the cursor" />
                {item.traceId !== null && (
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    Trace {item.traceId}
                  </Text>
                )}
              </Group>
            </>
          )}
        </Stack>
      </Group>
    </Box>
  );
});
