import { Alert, Button } from '@mantine/core';
import type { ReactNode } from 'react';

import { ProblemDetails } from './problem-details.js';
import { problemOf } from './problem.js';

/** Shows an error: its code, its text, each invalid place, and what to do. */
export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }): ReactNode {
  const problem = problemOf(error);
  return (
    <Alert color="red" title={problem.title} role="alert">
      <ProblemDetails problem={problem}>
        {onRetry && (
          <Button size="xs" variant="light" color="red" onClick={onRetry}>
            Try again
          </Button>
        )}
      </ProblemDetails>
    </Alert>
  );
}
