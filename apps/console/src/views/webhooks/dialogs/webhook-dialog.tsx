import { Alert, Button, Group, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { webhookPath } from '../../../api/webhooks.js';
import type { IssuedWebhook, Webhook } from '../../../api/webhooks.js';
import { useSession } from '../../../session/session.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../../ui/dialogs/form-dialog.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { DiffView } from '../../../ui/json/diff-view.js';
import { isEqual } from '../../../values/diff.js';
import { draftOf, isAllowed, newWebhookOf, readFilter, rebased, webhookChangesOf } from './webhook-draft.js';
import type { WebhookDraft } from './webhook-draft.js';
import { WebhookFields } from './webhook-fields.js';

interface WebhookDialogProps {
  /** The webhook to change; null for a new one. */
  webhook: Webhook | null;
  onClose(): void;
  onCreated?(issued: IssuedWebhook): void;
}

/** Creates a webhook, or changes one. */
export function WebhookDialog(props: WebhookDialogProps): ReactNode {
  return (
    <FormDialog onClose={props.onClose} title={props.webhook ? 'Change the webhook' : 'New webhook'} size="lg">
      <WebhookForm {...props} />
    </FormDialog>
  );
}

function WebhookForm({ webhook, onClose, onCreated }: WebhookDialogProps): ReactNode {
  const { haven, caller } = useSession();
  const queries = useQueryClient();
  const [base, setBase] = useState(webhook); // `webhook` is read again while the dialog is open
  const [initial] = useState(() => draftOf(webhook, caller.collections));
  const [draft, setDraft] = useState(initial);
  useCloseQuestion(() => (isEqual(draft, initial) ? null : DISCARD));
  const save = useMutation({
    mutationFn: async (saved: WebhookDraft): Promise<IssuedWebhook | null> => {
      if (!base)
        return haven.request<IssuedWebhook>({ method: 'POST', path: '/api/v1/webhooks', body: newWebhookOf(saved) });
      await haven.request<Webhook>({
        method: 'PATCH',
        path: webhookPath(base.id),
        headers: { 'content-type': 'application/merge-patch+json', 'if-match': `"${base.revision}"` },
        body: webhookChangesOf(saved, base),
      });
      return null;
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['webhooks'] }),
    onSuccess: (issued) => {
      if (issued) onCreated?.(issued);
      else onClose();
    },
  });
  const filter = readFilter(draft);
  const isOutdated = base !== null && webhook !== null && base.revision !== webhook.revision;
  const isValid = 'filter' in filter && isAllowed(draft, caller.collections);
  const takeOver = (): void => {
    if (!isOutdated) return;
    setDraft(rebased(draft, base, webhook));
    setBase(webhook);
    save.reset();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid && !isOutdated) save.mutate(draft);
      }}
    >
      <Stack>
        <WebhookFields draft={draft} onChange={setDraft} isNew={webhook === null} />
        {'problem' in filter && <Alert color="orange">{filter.problem}</Alert>}
        {isOutdated ? (
          <Alert color="orange" title="The webhook has changed since you opened this dialog" role="alert">
            <Stack gap="xs" align="flex-start">
              <DiffView before={comparable(base)} after={comparable(webhook)} />
              <Button size="xs" variant="default" onClick={takeOver}>
                Take these changes over, and keep mine
              </Button>
            </Stack>
          </Alert>
        ) : (
          save.error && <ProblemAlert error={save.error} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={draft.url.trim() === '' || !isValid || isOutdated}>
            {webhook ? 'Save' : 'Create'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Returns a webhook without the members that change with every other one. */
function comparable(webhook: Webhook): object {
  return { ...webhook, revision: undefined, updatedAt: undefined };
}
