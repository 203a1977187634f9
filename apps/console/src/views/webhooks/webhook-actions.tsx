import { Button, Menu, Text } from '@mantine/core';
import { IconDots, IconPlayerPause, IconPlayerPlay, IconSend } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import type { Webhook } from '../../api/webhooks.js';
import { ConfirmDialog } from '../../ui/dialogs/confirm-dialog.js';
import { notify, notifyError } from '../../ui/feedback/notify.js';
import { ProblemAlert } from '../../ui/feedback/problem-alert.js';
import { ReplayDialog } from './dialogs/replay-dialog.js';
import { RotateDialog } from './dialogs/rotate-dialog.js';
import { TestDialog } from './dialogs/test-dialog.js';
import { WebhookDialog } from './dialogs/webhook-dialog.js';
import { useWebhookChange } from './use-webhook-change.js';

type Dialog = 'test' | 'change' | 'rotate' | 'replay' | 'delete';

/** Everything that can be done with a webhook. */
export function WebhookActions({ webhook }: { webhook: Webhook }): ReactNode {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const more = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setDialog(null);
    // The item of the menu that has opened the dialog does not exist any more.
    setTimeout(() => more.current?.focus());
  };
  const pause = useWebhookChange<Webhook>(webhook.id);
  const isActive = webhook.state === 'active';
  const toggle = (): void =>
    pause.mutate(
      { method: 'PATCH', body: { paused: isActive }, headers: { 'content-type': 'application/merge-patch+json' } },
      { onSuccess: () => notify(isActive ? 'Deliveries are paused.' : 'Deliveries continue.'), onError: notifyError },
    );
  return (
    <>
      <Button
        variant="default"
        loading={pause.isPending}
        leftSection={isActive ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
        onClick={toggle}
      >
        {isActive ? 'Pause' : webhook.state === 'paused' ? 'Resume' : 'Enable'}
      </Button>
      <Button variant="default" leftSection={<IconSend size={16} />} onClick={() => setDialog('test')}>
        Test
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button ref={more} variant="default" leftSection={<IconDots size={16} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('change')}>Change the settings</Menu.Item>
          <Menu.Item onClick={() => setDialog('rotate')}>Rotate the secret</Menu.Item>
          <Menu.Item onClick={() => setDialog('replay')}>Send changes again</Menu.Item>
          <Menu.Item color="red" onClick={() => setDialog('delete')}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'test' && <TestDialog webhook={webhook} onClose={close} />}
      {dialog === 'change' && <WebhookDialog webhook={webhook} onClose={close} />}
      {dialog === 'rotate' && <RotateDialog webhook={webhook} onClose={close} />}
      {dialog === 'replay' && <ReplayDialog webhook={webhook} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog webhook={webhook} onClose={close} />}
    </>
  );
}

function DeleteDialog({ webhook, onClose }: { webhook: Webhook; onClose(): void }): ReactNode {
  const [, navigate] = useLocation();
  const remove = useWebhookChange<undefined>(webhook.id);
  return (
    <ConfirmDialog
      isOpen
      title="Delete the webhook"
      action="Delete"
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate({ method: 'DELETE' }, { onSuccess: () => navigate('/webhooks') })}
      onClose={onClose}
    >
      <Text size="sm">
        Its delivery log is deleted too, and nothing more is sent to {webhook.url}. This cannot be undone.
      </Text>
      {remove.error && <ProblemAlert error={remove.error} />}
    </ConfirmDialog>
  );
}
