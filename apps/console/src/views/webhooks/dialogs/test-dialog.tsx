import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

import type { DeliveryAttempt, Webhook } from '../../../api/webhooks.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { AttemptView } from '../attempt-view.js';
import { useWebhookChange } from '../use-webhook-change.js';

/** Sends a sample event, and shows the response. */
export function TestDialog({ webhook, onClose }: { webhook: Webhook; onClose(): void }): ReactNode {
  const { mutate, data, error, isPending } = useWebhookChange<DeliveryAttempt>(webhook.id);
  const send = (): void => mutate({ method: 'POST', below: '/test' });
  const isSent = useRef(false);
  useEffect(() => {
    if (isSent.current) return;
    isSent.current = true;
    mutate({ method: 'POST', below: '/test' });
  }, [mutate]);
  return (
    <Modal opened onClose={onClose} title="Test the webhook" size="lg">
      <Stack>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          One event of the type webhook.test is sent to {webhook.url}, and not repeated.
        </Text>
        {isPending && <Loading what="Waiting for the response…" />}
        {error && <ProblemAlert error={error} />}
        {data && !isPending && <AttemptView attempt={data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={send} loading={isPending}>
            Send again
          </Button>
          <Button onClick={onClose}>Close</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
