import { ActionIcon } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export function RemoveButton({ label, onClick }: { label: string; onClick(): void }): ReactNode {
  return (
    <ActionIcon size="lg" variant="subtle" color="red" aria-label={label} onClick={onClick}>
      <IconTrash size={16} />
    </ActionIcon>
  );
}
