import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { recordApiPath } from '../../../api/paths.js';
import type { Data, RecordView } from '../../../api/types.js';
import { useSession } from '../../../session/session.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { DiffView } from '../../../ui/json/diff-view.js';
import { useRefresh } from '../use-refresh.js';

/** Restores the data of an earlier version, after it has shown the difference. `current` is null after a deletion. */
export function RestoreButton({
  name,
  id,
  version,
  current,
}: {
  name: string;
  id: string;
  version: { version: number; data: Data };
  current: RecordView | null;
}): ReactNode {
  const { haven, may } = useSession();
  const refresh = useRefresh(name, id);
  const [isOpen, { open, close }] = useDisclosure();
  const restore = useMutation({
    mutationFn: () =>
      haven.request<RecordView>({
        method: 'POST',
        path: `${recordApiPath(name, id)}/restore`,
        headers: current ? { 'if-match': `"${current.version}"` } : { 'if-none-match': '*' },
        body: { version: version.version },
      }),
    onSuccess: async (restored) => {
      close();
      notify(`The data of version ${version.version} is restored, as version ${restored.version}.`);
      await refresh();
    },
  });
  if (!may('records:write', name)) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        Restore version {version.version}
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Restore version ${version.version}`} size="lg">
        <Stack>
          <Text size="sm">
            {current
              ? 'A new version is created with the data of this one. It changes:'
              : 'The deleted record is created again, with this data:'}
          </Text>
          {isOpen && <DiffView before={current?.data} after={version.data} />}
          {restore.error && <ProblemAlert error={restore.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button loading={restore.isPending} onClick={() => restore.mutate()}>
              Restore
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
