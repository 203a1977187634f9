import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';

interface ConfirmDialogProps {
  title: string;
  /** Label of the button that does it. */
  action: string;
  /** Label of the button that closes the dialog. */
  cancel?: string;
  /** A text that the user must type first, for what cannot be undone. */
  typed?: string;
  isOpen: boolean;
  isBusy?: boolean;
  onConfirm(): void;
  onClose(): void;
  children: ReactNode;
}

/** Asks whether to do something. */
export function ConfirmDialog({
  title,
  action,
  cancel = 'Cancel',
  typed,
  isOpen,
  isBusy,
  onConfirm,
  onClose,
  children,
}: ConfirmDialogProps): ReactNode {
  const [text, setText] = useState('');
  useEffect(() => setText(''), [isOpen]);
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <Stack>
        {children}
        {typed !== undefined && (
          <TextInput
            label={`Type ${typed} to confirm`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {cancel}
          </Button>
          <Button color="red" loading={isBusy} disabled={typed !== undefined && text !== typed} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
