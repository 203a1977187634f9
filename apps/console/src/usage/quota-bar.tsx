import { Group, Progress, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { quotaLevel } from './usage.js';
import type { QuotaUsage } from './usage.js';

const LEVELS = {
  unlimited: { color: 'teal', text: '' },
  low: { color: 'teal', text: '' },
  high: { color: 'orange', text: 'almost full' },
  full: { color: 'red', text: 'full: further requests fail with QUOTA_EXCEEDED' },
} as const;

/** Shows how much of a quota is used, as a text and, if there is a limit, as a bar. */
export function QuotaBar({
  label,
  usage,
  text,
}: {
  label: string;
  usage: QuotaUsage;
  text(value: number): string;
}): ReactNode {
  const { used, limit } = usage;
  const level = LEVELS[quotaLevel(usage)];
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Text size="sm" title={limit === null ? String(used) : `${used} of ${limit}`}>
          {limit === null ? `${text(used)}, no limit` : `${text(used)} of ${text(limit)}`}
        </Text>
      </Group>
      {limit !== null && (
        <Progress
          value={limit === 0 ? 100 : Math.min(100, (100 * used) / limit)}
          color={level.color}
          aria-label={`${label}: ${text(used)} of ${text(limit)}`}
        />
      )}
      {level.text !== '' && (
        <Text size="sm" fw={600}>
          {label}: {level.text}
        </Text>
      )}
    </Stack>
  );
}
