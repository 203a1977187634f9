import { Group, Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says that something is being loaded. */
export function Loading({ what = 'Loading…' }: { what?: string }): ReactNode {
  return (
    <Group role="status" p="md">
      <Loader size="sm" aria-hidden />
      <Text c="dimmed">{what}</Text>
    </Group>
  );
}
