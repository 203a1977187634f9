import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { ProblemAlert } from '../feedback/problem-alert.js';

interface DialogFormProps {
  /** Label of the button that sends the form. */
  action: string;
  isComplete: boolean;
  isBusy: boolean;
  /** Why the last request failed; null if it did not. */
  error: Error | null;
  onSubmit(): void;
  onCancel(): void;
  children: ReactNode;
}

/** The form in a dialog: its fields, the error of its request, and its buttons. */
export function DialogForm({
  action,
  isComplete,
  isBusy,
  error,
  onSubmit,
  onCancel,
  children,
}: DialogFormProps): ReactNode {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete && !isBusy) onSubmit();
      }}
    >
      <Stack>
        {children}
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={isBusy} disabled={!isComplete}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
