import { Modal, Select, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useIsOwnKey, useRotateKey } from '../../../api/api-keys.js';
import type { ApiKeyView, IssuedApiKeyView } from '../../../api/api-keys.js';
import { DialogForm } from '../../../ui/dialogs/dialog-form.js';

const OVERLAPS = [
  { value: '0', label: 'Not at all' },
  { value: '3600', label: 'For an hour' },
  { value: '86400', label: 'For a day' },
  { value: '604800', label: 'For a week' },
  { value: '2592000', label: 'For 30 days' },
];

/** Gives a key a new secret. */
export function RotateKeyDialog({
  apiKey,
  tenant,
  isOpen,
  onRotated,
  onClose,
}: {
  apiKey: ApiKeyView;
  tenant: string;
  isOpen: boolean;
  onRotated(key: IssuedApiKeyView): void;
  onClose(): void;
}): ReactNode {
  const [overlap, setOverlap] = useState('86400');
  const rotate = useRotateKey(apiKey.id, tenant);
  const isOwn = useIsOwnKey()(apiKey.id);
  // The new secret would be lost with the session if the present one ended at once.
  const offered = isOwn ? OVERLAPS.slice(1) : OVERLAPS;
  return (
    <Modal opened={isOpen} onClose={onClose} title={`Rotate the key “${apiKey.name}”`}>
      <DialogForm
        action="Rotate"
        isComplete
        isBusy={rotate.isPending}
        error={rotate.error}
        onSubmit={() => rotate.mutate(Number(overlap), { onSuccess: onRotated })}
        onCancel={onClose}
      >
        <Text size="sm">The key gets a new secret. Its id, scopes and history stay the same.</Text>
        <Select
          label="Keep the previous secret valid"
          description="So that clients can change to the new one without interruption"
          data={offered}
          value={overlap}
          onChange={(value) => setOverlap(value ?? '86400')}
          allowDeselect={false}
        />
        {isOwn && (
          <Text size="sm">
            You are signed in with this key. This tab uses the previous secret until it ends; then sign in with the new
            one.
          </Text>
        )}
      </DialogForm>
    </Modal>
  );
}
