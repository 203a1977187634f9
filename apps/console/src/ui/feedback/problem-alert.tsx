import { Alert, Anchor, Button, Code, Group, List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { ConnectionError, HavenError } from 'haven-records';

import { prefix } from '../../page.js';

/** Shows an error: its code, its text, each invalid place, and what to do. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode {
  const problem = error instanceof HavenError ? error : undefined;
  return (
    <Alert color="red" title={titleOf(error)} role="alert">
      <Stack gap="xs">
        <Text size="sm">{textOf(error)}</Text>
        {problem && problem.errors.length > 0 && (
          <List size="sm">
            {problem.errors.slice(0, SHOWN).map(({ pointer, detail }, index) => (
              <List.Item key={index}>
                <Code>{pointer}</Code> {detail}
              </List.Item>
            ))}
            {problem.errors.length > SHOWN && <List.Item>and {problem.errors.length - SHOWN} more</List.Item>}
          </List>
        )}
        <Group gap="md">
          {onRetry && (
            <Button size="xs" variant="light" color="red" onClick={onRetry}>
              Try again
            </Button>
          )}
          {problem && (
            <Anchor
              size="sm"
              href={`${prefix}/docs/errors#${problem.code.toLowerCase().replaceAll('_', '-')}`}
              target="_blank"
            >
              What to do about {problem.code}
            </Anchor>
          )}
          {problem?.traceId && (
            <Text size="xs" c="dimmed">
              Trace {problem.traceId}
            </Text>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

const SHOWN = 10;

function titleOf(error: unknown): string {
  if (error instanceof HavenError) return error.code;
  return error instanceof ConnectionError ? 'No connection' : 'Error';
}

function textOf(error: unknown): string {
  if (error instanceof ConnectionError) return 'Haven cannot be reached. Check the connection, and try again.';
  return error instanceof Error ? error.message : String(error);
}
