import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { webhookPath } from '../api/webhooks.js';
import type { IssuedWebhook, Webhook } from '../api/webhooks.js';
import { useSession } from '../session/session.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { draftOf, filterOf, newWebhookOf, webhookChangesOf } from './webhook-draft.js';
import type { WebhookDraft } from './webhook-draft.js';
import { WebhookFields } from './webhook-fields.js';

interface WebhookDialogProps {
  /** The webhook to change; null for a new one. */
  webhook: Webhook | null;
  onClose(): void;
  onCreated?(issued: IssuedWebhook): void;
}

/** Creates a webhook, or changes one. */
export function WebhookDialog({ webhook, onClose, onCreated }: WebhookDialogProps): ReactNode {
  const { haven } = useSession();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(webhook));
  const save = useMutation({
    mutationFn: async (saved: WebhookDraft): Promise<IssuedWebhook | null> => {
      if (!webhook)
        return haven.request<IssuedWebhook>({ method: 'POST', path: '/api/v1/webhooks', body: newWebhookOf(saved) });
      await haven.request<Webhook>({
        method: 'PATCH',
        path: webhookPath(webhook.id),
        headers: { 'content-type': 'application/merge-patch+json', 'if-match': `"${webhook.revision}"` },
        body: webhookChangesOf(saved, webhook),
      });
      return null;
    },
    onSuccess: (issued) => {
      void queries.invalidateQueries({ queryKey: ['webhooks'] });
      if (issued) onCreated?.(issued);
      else onClose();
    },
  });
  const isFilterValid = filterOf(draft) !== undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      title={webhook ? 'Change the webhook' : 'New webhook'}
      size="lg"
      closeOnClickOutside={false}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isFilterValid) save.mutate(draft);
        }}
      >
        <Stack>
          <WebhookFields draft={draft} onChange={setDraft} isNew={webhook === null} />
          {!isFilterValid && <Alert color="orange">The filter must be a JSON object.</Alert>}
          {save.error && <ProblemAlert error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={draft.url.trim() === '' || !isFilterValid}>
              {webhook ? 'Save' : 'Create'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
