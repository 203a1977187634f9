import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { useIsOwnKey, useRevokeKey } from '../../../api/api-keys.js';
import type { ApiKeyView } from '../../../api/api-keys.js';
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { Time } from '../../../ui/time/time.js';

/** Asks whether to revoke a key, and does it. */
export function RevokeKeyDialog({
  apiKey,
  tenant,
  isOpen,
  onClose,
}: {
  apiKey: ApiKeyView;
  tenant: string;
  isOpen: boolean;
  onClose(): void;
}): ReactNode {
  const revoke = useRevokeKey(apiKey.id, tenant, () => {
    notify(`The key “${apiKey.name}” is revoked.`);
    onClose();
  });
  const isOwn = useIsOwnKey()(apiKey.id);
  return (
    <ConfirmDialog
      title={`Revoke the key “${apiKey.name}”`}
      action="Revoke"
      isOpen={isOpen}
      isBusy={revoke.isPending}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        Within a second the key is refused everywhere, and the connections that it opened are closed. This cannot be
        undone.
      </Text>
      {apiKey.lastUsedAt !== null && (
        <Text size="sm">
          The key was last used <Time at={apiKey.lastUsedAt} />.
        </Text>
      )}
      {isOwn && (
        <Text size="sm" fw={600}>
          You are signed in with this key: revoking it ends your session.
        </Text>
      )}
      {revoke.error && <ProblemAlert error={revoke.error} />}
    </ConfirmDialog>
  );
}
