import { Button } from '@mantine/core';
import { IconClipboardText } from '@tabler/icons-react';
import { lazy, useEffect, useEffectEvent, useState } from 'react';
import type { ReactNode } from 'react';

import { useSession } from '../../session/session.js';
import { LazyDialog } from '../../ui/dialogs/lazy-dialog.js';
import { isDialogOpen, isTyping } from '../../ui/shortcuts.js';

const PasteDialog = lazy(() => import('./paste-dialog.js'));

/** Offers to add records from cells that were copied from a spreadsheet, if the caller may. */
export function PasteRows({ collection }: { collection: string }): ReactNode {
  const { may } = useSession();
  const isAllowed = may('records:write', collection);
  const [text, setText] = useState<string>();
  usePastedRows((pasted) => {
    if (isAllowed) setText(pasted);
  });
  if (!isAllowed) return null;
  return (
    <>
      <Button variant="default" size="sm" leftSection={<IconClipboardText size={16} />} onClick={() => setText('')}>
        Paste rows
      </Button>
      <LazyDialog>
        {text !== undefined && <PasteDialog collection={collection} pasted={text} onClose={() => setText(undefined)} />}
      </LazyDialog>
    </>
  );
}

/** Calls `onRows` when the user pastes more than one cell, or JSON, outside of fields and dialogs. */
function usePastedRows(onRows: (text: string) => void): void {
  const paste = useEffectEvent((event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (isTyping(event) || isDialogOpen() || !/[\t\n]|^\s*[[{]/.test(text)) return;
    event.preventDefault();
    onRows(text);
  });
  useEffect(() => {
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  }, []);
}
