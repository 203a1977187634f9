import { Button, Group, Modal, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { IssuedWebhook, Webhook } from '../../../api/webhooks.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { useWebhookChange } from '../use-webhook-change.js';
import { SecretDialog } from './secret-dialog.js';

/** How long the previous secret stays valid, in seconds. */
const OVERLAPS = [
  { value: '3600', label: 'An hour' },
  { value: '86400', label: 'A day' },
  { value: '604800', label: 'A week' },
  { value: '2592000', label: '30 days' },
  { value: '0', label: 'Not at all' },
];

/** Gives a webhook another secret. */
export function RotateDialog({ webhook, onClose }: { webhook: Webhook; onClose(): void }): ReactNode {
  const [overlap, setOverlap] = useState('86400');
  const rotate = useWebhookChange<IssuedWebhook>(webhook.id);
  if (rotate.data) return <SecretDialog issued={rotate.data} title="The secret was rotated" onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="Rotate the secret">
      <Stack>
        <Text size="sm">
          While both secrets are valid, deliveries have a signature of each. Change the receiver to the new one in that
          time.
        </Text>
        <NativeSelect
          label="The previous secret stays valid"
          data={OVERLAPS}
          value={overlap}
          onChange={({ currentTarget }) => setOverlap(currentTarget.value)}
        />
        {rotate.error && <ProblemAlert error={rotate.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={rotate.isPending}
            onClick={() =>
              rotate.mutate({ method: 'POST', below: '/rotate', body: { overlapSeconds: Number(overlap) } })
            }
          >
            Rotate
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
