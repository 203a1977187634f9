import { Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { countOf, countText } from '../../values/numbers.js';
import type { ImportState } from './use-import.js';

interface ImportProgressProps {
  state: Extract<ImportState, { step: 'running' }>;
  count: number;
  onStop(): void;
}

/** Shows how far an import is, and lets the user end it. */
export function ImportProgress({ state, count, onStop }: ImportProgressProps): ReactNode {
  const { mode, items, result, failure } = state;
  const verb = mode === 'check' ? 'Checked' : 'Imported';
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Progress value={(100 * items) / count} aria-label="Progress" />
        <Text size="sm" role="status">
          {verb} {countText(items)} of {countOf(count, 'line')}
          {result && result.bad.count > 0 && `, ${countText(result.bad.count)} refused`}
        </Text>
        {failure && <ProblemAlert error={failure.error} onRetry={failure.retry} />}
        <Group>
          <Button variant="default" onClick={onStop}>
            Stop
          </Button>
          {mode === 'import' && (
            <Text size="sm" c="dimmed">
              Stay on this page until it is done.
            </Text>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
