import { Button, Checkbox, Group, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { components } from '../../../api/openapi.js';
import type { Data } from '../../../api/types.js';
import type { Webhook } from '../../../api/webhooks.js';
import { useSession } from '../../../session/session.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../../ui/dialogs/form-dialog.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { useWebhookChange } from '../use-webhook-change.js';
import { cursorBefore } from './cursor-before.js';

interface ReplayDialogProps {
  webhook: Webhook;
  /** Cursor after which changes are sent again, when the dialog is opened. */
  after?: string;
  onClose(): void;
}

/** Which part of the feed is sent again. */
type Range = (typeof RANGES)[number];
const RANGES = ['none', 'since', 'earliest', 'after'] as const;

/** Sends dead deliveries or a range of changes again. */
export function ReplayDialog(props: ReplayDialogProps): ReactNode {
  return (
    <FormDialog onClose={props.onClose} title="Send changes again">
      <ReplayForm {...props} />
    </FormDialog>
  );
}

function ReplayForm({ webhook, after: initial = '', onClose }: ReplayDialogProps): ReactNode {
  const { haven } = useSession();
  const [isDead, setDead] = useState(initial === '');
  const [range, setRange] = useState<Range>(initial === '' ? 'none' : 'after');
  const [after, setAfter] = useState(initial);
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  useCloseQuestion(() => (after === initial && since === '' && until === '' ? null : DISCARD));
  const replay = useWebhookChange<components['schemas']['WebhookReplayed']>(webhook.id);
  const search = useMutation({ mutationFn: () => cursorBefore(haven, webhook.id, Date.parse(since)) });
  const isComplete = { none: isDead, since: since !== '', earliest: true, after: after.trim() !== '' }[range];
  const send = (start: string): void => {
    const body: Data = {
      ...(isDead && { dead: true }),
      ...(range !== 'none' && { after: start }),
      ...(range !== 'none' && until.trim() !== '' && { until: until.trim() }),
    };
    replay.mutate(
      { method: 'POST', below: '/replay', body },
      {
        onSuccess: ({ dead, until: end }) => {
          const deliveries = `${dead} dead ${dead === 1 ? 'delivery' : 'deliveries'}`;
          const sent = [isDead && deliveries, end !== null && 'the range of changes'];
          notify(`Sent again: ${sent.filter((part) => part !== false).join(', ')}.`);
          onClose();
        },
      },
    );
  };
  const error = (range === 'since' && search.error) || replay.error;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (range === 'since') search.mutate(undefined, { onSuccess: send });
        else send(range === 'earliest' ? range : after.trim());
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
          onChange={(value) => setRange(RANGES.find((one) => one === value) ?? 'none')}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="none" label="None" />
            <Radio value="since" label="From the first change that was sent since a time" />
            <Radio value="earliest" label="From the oldest change that is kept" />
            <Radio value="after" label="After a cursor" />
          </Stack>
        </Radio.Group>
        {range === 'since' && (
          <TextInput
            type="datetime-local"
            label="Since"
            description="In your time zone. Changes of the minute before may be sent again too."
            required
            value={since}
            onChange={({ currentTarget }) => setSince(currentTarget.value)}
          />
        )}
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
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={search.isPending || replay.isPending} disabled={!isComplete}>
            Send again
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
