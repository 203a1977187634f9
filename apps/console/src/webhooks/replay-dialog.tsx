import { Button, Checkbox, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../api/types.js';
import type { Webhook } from '../api/webhooks.js';
import type { components } from '../api/openapi.js';
import { notify } from '../ui/notify.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { useWebhookChange } from './use-webhook-change.js';

interface ReplayDialogProps {
  webhook: Webhook;
  /** Cursor after which changes are sent again, when the dialog is opened. */
  after?: string;
  onClose(): void;
}

/** Which part of the feed is sent again. */
type Range = 'none' | 'earliest' | 'after';

/** Sends dead deliveries or a range of changes again. */
export function ReplayDialog({ webhook, after: initial = '', onClose }: ReplayDialogProps): ReactNode {
  const [isDead, setDead] = useState(initial === '');
  const [range, setRange] = useState<Range>(initial === '' ? 'none' : 'after');
  const [after, setAfter] = useState(initial);
  const [until, setUntil] = useState('');
  const replay = useWebhookChange<components['schemas']['WebhookReplayed']>(webhook.id);
  const isComplete = range === 'none' ? isDead : range === 'earliest' || after.trim() !== '';
  const body: Data = {
    ...(isDead && { dead: true }),
    ...(range !== 'none' && { after: range === 'earliest' ? 'earliest' : after.trim() }),
    ...(range !== 'none' && until.trim() !== '' && { until: until.trim() }),
  };
  return (
    <Modal opened onClose={onClose} title="Send changes again">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          replay.mutate(
            { method: 'POST', below: '/replay', body },
            {
              onSuccess: ({ dead, until: end }) => {
                notify(`${dead} dead deliveries${end === null ? '' : ' and the range of changes'} are sent again.`);
                onClose();
              },
            },
          );
        }}
      >
        <Stack>
          <Checkbox
            label="All dead deliveries"
            checked={isDead}
            onChange={({ currentTarget }) => setDead(currentTarget.checked)}
          />
          <Radio.Group
            label="Changes of the feed"
            description="They have their original ids, so a receiver that stores the ids ignores those it has."
            value={range}
            onChange={(value) => setRange(value === 'after' || value === 'earliest' ? value : 'none')}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="none" label="None" />
              <Radio value="earliest" label="From the oldest change that is kept" />
              <Radio value="after" label="After a cursor" />
            </Stack>
          </Radio.Group>
          {range === 'after' && (
            <TextInput
              label="After the cursor"
              description="Each change and each delivery has one. The change itself is not sent again."
              required
              value={after}
              onChange={({ currentTarget }) => setAfter(currentTarget.value)}
            />
          )}
          {range !== 'none' && (
            <TextInput
              label="Up to the cursor"
              description="Leave empty to send everything up to the current position of the webhook."
              value={until}
              onChange={({ currentTarget }) => setUntil(currentTarget.value)}
            />
          )}
          {replay.error && <ProblemAlert error={replay.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={replay.isPending} disabled={!isComplete}>
              Send again
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
