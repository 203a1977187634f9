import { Button } from '@mantine/core';
import type { ReactNode } from 'react';

/** Removes a member from its object. */
export function RemoveButton({ name, onClick }: { name: string; onClick(): void }): ReactNode {
  return (
    <Button size="compact-sm" variant="subtle" color="red" onClick={onClick}>
      Remove {name}
    </Button>
  );
}
