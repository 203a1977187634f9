import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { lazy } from 'react';
import type { ReactNode } from 'react';

import { useSession } from '../../session/session.js';
import { LazyDialog } from '../../ui/dialogs/lazy-dialog.js';
import { useShortcut } from '../../ui/shortcuts.js';

const AddRecordDialog = lazy(() => import('./add-record-dialog.js'));

/** Offers to add a record to a collection, if the caller may. */
export function AddRecord({ collection }: { collection: string }): ReactNode {
  const { may } = useSession();
  const isAllowed = may('records:write', collection);
  const [isOpen, { open, close }] = useDisclosure();
  useShortcut('n', () => {
    if (isAllowed) open();
  });
  if (!isAllowed) return null;
  return (
    <>
      <Button size="sm" leftSection={<IconPlus size={16} />} onClick={open} aria-keyshortcuts="n">
        Add record
      </Button>
      <LazyDialog>{isOpen && <AddRecordDialog collection={collection} onClose={close} />}</LazyDialog>
    </>
  );
}
