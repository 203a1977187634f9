import { Button, Code, List, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { recordApiPath } from '../../../api/paths.js';
import type { RecordView } from '../../../api/types.js';
import { useDrafts } from '../../../edits/drafts/drafts.js';
import { useSession } from '../../../session/session.js';
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { useRefresh } from '../use-refresh.js';

/** Erases a record, after the user has typed a part of its id. `current` is null if the version is not known. */
export function EraseButton({
  name,
  id,
  current,
}: {
  name: string;
  id: string;
  current: RecordView | null;
}): ReactNode {
  const { haven, may } = useSession();
  const drafts = useDrafts();
  const refresh = useRefresh(name, id);
  const [isOpen, { open, close }] = useDisclosure();
  const erase = useMutation({
    mutationFn: () =>
      haven.request({
        method: 'POST',
        path: `${recordApiPath(name, id)}/erase`,
        ...(current && { headers: { 'if-match': `"${current.version}"` } }),
      }),
    onSuccess: async () => {
      close();
      drafts.discard(name, id);
      notify('The record is erased.');
      await refresh();
    },
  });
  if (!may('history:erase', name)) return null;
  return (
    <>
      <Button size="xs" variant="light" color="red" onClick={open}>
        Erase…
      </Button>
      <ConfirmDialog
        title="Erase the record"
        action="Erase"
        typed={id.slice(-8)}
        isOpen={isOpen}
        isBusy={erase.isPending}
        onConfirm={() => erase.mutate()}
        onClose={close}
      >
        <Text size="sm">
          The data of the record <Code>{id}</Code> is removed, also from its history. This cannot be undone.
        </Text>
        <List size="sm">
          <List.Item>Who changed the record and when stays known.</List.Item>
          <List.Item>Links to the record are removed from the records that refer to it.</List.Item>
        </List>
        {erase.error && <ProblemAlert error={erase.error} />}
      </ConfirmDialog>
    </>
  );
}
