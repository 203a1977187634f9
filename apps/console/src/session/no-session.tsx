import { Button, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../ui/feedback/problem-alert.js';
import { FullPage } from '../ui/layout/full-page.js';

interface NoSessionProps {
  error: Error;
  onRetry(): void;
  /** Null if the key of the tab cannot be replaced. */
  onOtherKey: (() => void) | null;
}

/** Says why the server does not accept the session, such as that the tenant is suspended. */
export function NoSession({ error, onRetry, onOtherKey }: NoSessionProps): ReactNode {
  return (
    <FullPage>
      <Paper component="main" withBorder p="xl" maw="32rem" w="100%">
        <Stack>
          <Title order={1} size="h2">
            Haven
          </Title>
          <ProblemAlert error={error} onRetry={onRetry} />
          {onOtherKey && (
            <Button variant="default" onClick={onOtherKey}>
              Sign in with another key
            </Button>
          )}
        </Stack>
      </Paper>
    </FullPage>
  );
}
