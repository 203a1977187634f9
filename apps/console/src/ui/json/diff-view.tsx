import { Badge, Box, Button, Code, Group, List, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { differencesOf, isObject } from '../../values/diff.js';
import type { Difference } from '../../values/diff.js';
import { previewOf, previewsOf } from '../../values/preview.js';
import type { Preview } from '../../values/preview.js';

/** Number of differences that are shown at first. */
const SHOWN = 50;
/** Number of characters of a value that are shown at first, and on demand. */
const SHORT = 300;
const LONG = 20_000;

const KINDS = {
  added: { label: 'Added', color: 'teal.9' },
  removed: { label: 'Removed', color: 'red.9' },
  changed: { label: 'Changed', color: 'gray.7' },
} as const;

/**
 * Shows where two JSON documents differ, by path. `null` and `undefined` stand for a document that does not exist, such
 * as the one before a record was created.
 */
export function DiffView({ before, after }: { before: unknown; after: unknown }): ReactNode {
  const differences = useMemo(() => differencesOf(before, after), [before, after]);
  const [shown, setShown] = useState(SHOWN);
  if (differences.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {isObject(before) === isObject(after) ? 'No differences' : 'The document is empty'}
      </Text>
    );
  return (
    <Stack gap="xs" align="flex-start">
      <List listStyleType="none" spacing="xs" w="100%" styles={{ itemWrapper: { display: 'block' } }}>
        {differences.slice(0, shown).map((difference, index) => (
          <List.Item key={index}>
            <DifferenceView difference={difference} />
          </List.Item>
        ))}
      </List>
      {differences.length > shown && (
        <Button size="xs" variant="default" onClick={() => setShown(shown + 10 * SHOWN)}>
          Show more of {differences.length} differences
        </Button>
      )}
    </Stack>
  );
}

function DifferenceView({ difference }: { difference: Difference }): ReactNode {
  const [length, setLength] = useState(SHORT);
  const [before, after] = useMemo(() => sidesOf(difference, length), [difference, length]);
  const { label, color } = KINDS[difference.kind];
  return (
    <Box>
      <Group gap="xs">
        <Text component="span" size="sm" ff="monospace" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {difference.path || 'document'}
        </Text>
        <Badge size="sm" radius="sm" color={color} tt="none">
          {label}
        </Badge>
      </Group>
      {before && <Side sign="−" preview={before} />}
      {after && <Side sign="+" preview={after} />}
      {length === SHORT && (before?.isCut || after?.isCut) && (
        <Button size="compact-xs" variant="subtle" onClick={() => setLength(LONG)}>
          Show more of {difference.path || 'the document'}
        </Button>
      )}
    </Box>
  );
}

/** One of the two values, marked by a sign as well as by its colour. */
function Side({ sign, preview }: { sign: '−' | '+'; preview: Preview }): ReactNode {
  return (
    <Group gap={6} wrap="nowrap" align="flex-start" component={sign === '+' ? 'ins' : 'del'} td="none">
      <Text component="span" size="sm" ff="monospace" fw={700} aria-label={sign === '+' ? 'After:' : 'Before:'}>
        {sign}
      </Text>
      <Code
        color={sign === '+' ? 'var(--mantine-color-teal-light)' : 'var(--mantine-color-red-light)'}
        c="var(--mantine-color-text)"
        style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap', maxHeight: '24rem', overflow: 'auto' }}
      >
        {preview.text}
      </Code>
    </Group>
  );
}

function sidesOf(difference: Difference, length: number): [Preview | undefined, Preview | undefined] {
  if (difference.kind === 'added') return [undefined, previewOf(difference.after, length)];
  if (difference.kind === 'removed') return [previewOf(difference.before, length), undefined];
  return previewsOf(difference.before, difference.after, length);
}
