import { Badge, Box, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Delivery, Webhook } from '../../../api/webhooks.js';
import { CHANGE_TYPES, isChangeType } from '../../../labels/change-types.js';
import { ChangedRecord } from '../../../labels/changed-record.js';
import { notify, notifyError } from '../../../ui/feedback/notify.js';
import { Time } from '../../../ui/time/time.js';
import { countOf } from '../../../values/numbers.js';
import { AttemptView } from '../attempt-view.js';
import { ReplayDialog } from '../dialogs/replay-dialog.js';
import { useWebhookChange } from '../use-webhook-change.js';
import { deliveryStates } from './delivery-states.js';
import { SentRequest } from './sent-request.js';

/** One delivery: its state, and on demand its attempts and its request. */
export function DeliveryItem({ delivery, webhook }: { delivery: Delivery; webhook: Webhook }): ReactNode {
  const { id, state, type, collection, recordId, version, attempts, nextAttemptAt, createdAt, cursor } = delivery;
  const [isOpen, setOpen] = useState(false);
  const [isReplaying, setReplaying] = useState(false);
  const redeliver = useWebhookChange<Delivery>(webhook.id, () => notify('The change is sent again.'));
  const { label = state, color = 'gray' } = deliveryStates.find(({ name }) => name === state) ?? {};
  const toggle = isOpen ? 'Hide the details' : 'Details';
  const send = (): void =>
    redeliver.mutate(
      { method: 'POST', below: `/deliveries/${encodeURIComponent(id)}/redeliver` },
      { onError: notifyError },
    );
  return (
    <Box component="li" py="sm" style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}>
      <Stack gap={4} align="flex-start">
        <Group gap="xs">
          <Badge variant="outline" color={color} c="var(--mantine-color-text)" tt="none">
            {label}
          </Badge>
          <Text span size="sm">
            {isChangeType(type) ? CHANGE_TYPES[type].label : type}
          </Text>
          <ChangedRecord collection={collection} id={recordId} />
          <Badge variant="default" tt="none">
            Version {version}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed" component="div">
          <Time at={createdAt} />, {countOf(attempts.length, 'attempt')}
          {nextAttemptAt !== null && (
            <>
              , next one <Time at={nextAttemptAt} />
            </>
          )}
        </Text>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            aria-expanded={isOpen}
            aria-label={`${toggle}, delivery of ${recordId}, version ${version}`}
            onClick={() => setOpen(!isOpen)}
          >
            {toggle}
          </Button>
          {(state === 'delivered' || state === 'dead' || state === 'retrying') && (
            <Button
              size="compact-sm"
              variant="default"
              loading={redeliver.isPending}
              aria-label={`Send again, ${recordId}, version ${version}`}
              onClick={send}
            >
              Send again
            </Button>
          )}
        </Group>
        {isOpen && (
          <Stack gap="sm" w="100%" mt="xs">
            <Title order={2} size="h6">
              Attempts
            </Title>
            {attempts.length === 0 && <Text size="sm">Nothing was sent yet.</Text>}
            {attempts.map((attempt) => (
              <AttemptView key={attempt.at} attempt={attempt} />
            ))}
            <SentRequest delivery={delivery} webhook={webhook} />
            <Group>
              <Button size="compact-sm" variant="default" onClick={() => setReplaying(true)}>
                Send everything after this again
              </Button>
            </Group>
          </Stack>
        )}
        {isReplaying && <ReplayDialog webhook={webhook} after={cursor} onClose={() => setReplaying(false)} />}
      </Stack>
    </Box>
  );
}
