import { Badge, Code, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { DeliveryAttempt } from '../../api/webhooks.js';
import { Time } from '../../ui/time/time.js';
import { countText } from '../../values/numbers.js';

/** One request to the receiver, and its response. */
export function AttemptView({ attempt }: { attempt: DeliveryAttempt }): ReactNode {
  const { at, status, error, durationMs, excerpt } = attempt;
  const isSuccess = status !== null && status >= 200 && status < 300;
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Badge variant="outline" color={isSuccess ? 'teal' : 'red'} c="var(--mantine-color-text)" tt="none">
          {isSuccess ? 'Succeeded' : 'Failed'}
        </Badge>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {status === null ? error : `Status ${status}`}
        </Text>
        <Text size="sm" c="dimmed" component="div">
          <Time at={at} />, {countText(durationMs)} ms
        </Text>
      </Group>
      {excerpt !== null && excerpt !== '' && (
        <Code
          block
          tabIndex={0}
          role="region"
          aria-label={`Beginning of the response at ${at}`}
          style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap', maxHeight: '16rem', overflow: 'auto' }}
        >
          {excerpt}
        </Code>
      )}
      {status !== null && !excerpt && (
        <Text size="sm" c="dimmed">
          The response was empty.
        </Text>
      )}
    </Stack>
  );
}
