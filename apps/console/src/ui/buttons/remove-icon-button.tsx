import { ActionIcon } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Removes a row or an item. The label names it, for example “Remove condition 1”. */
export function RemoveIconButton({ label, onClick }: { label: string; onClick(): void }): ReactNode {
  return (
    <ActionIcon size="lg" variant="subtle" color="red" aria-label={label} onClick={onClick}>
      <IconTrash size={16} />
    </ActionIcon>
  );
}
