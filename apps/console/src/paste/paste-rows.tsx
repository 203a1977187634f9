import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconClipboardText } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';

import { useSession } from '../session/session.js';

const PasteDialog = lazy(() => import('./paste-dialog.js'));

/** Offers to add records from cells that were copied from a spreadsheet, if the caller may. */
export function PasteRows({ collection }: { collection: string }): ReactNode {
  const { may } = useSession();
  const [isOpen, { open, close }] = useDisclosure();
  if (!may('records:write', collection)) return null;
  return (
    <>
      <Button variant="default" size="sm" leftSection={<IconClipboardText size={16} />} onClick={open}>
        Paste rows
      </Button>
      <Suspense fallback={null}>{isOpen && <PasteDialog collection={collection} onClose={close} />}</Suspense>
    </>
  );
}
