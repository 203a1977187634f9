import { Group, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface ExampleCardProps {
  title: string;
  /** Buttons beside the title. */
  actions: ReactNode;
  children: ReactNode;
}

/** A request of an API as an example. */
export function ExampleCard({ title, actions, children }: ExampleCardProps): ReactNode {
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2} size="h5">
            {title}
          </Title>
          <Group gap="xs">{actions}</Group>
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
