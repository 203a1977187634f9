import { Alert, Anchor, Button, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

import { collectionApiPath } from '../../../api/paths.js';
import { useDrafts } from '../../../edits/drafts/drafts.js';
import { settingsPath } from '../../../labels/paths.js';
import { useSession } from '../../../session/session.js';
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.js';
import { Loading } from '../../../ui/feedback/loading.js';
import { notify } from '../../../ui/feedback/notify.js';
import { ProblemAlert } from '../../../ui/feedback/problem-alert.js';
import { countOf } from '../../../values/numbers.js';
import { useSettingsEdits } from './settings-draft.js';
import type { StoredSettings } from './verbatim-settings.js';

/** Milliseconds that a deletion may take: it writes an event for each record. */
const TIMEOUT = 600_000;

/** Deletes a collection with its records, unless another collection refers to it. */
export function DeletionSection({ stored }: { stored: StoredSettings }): ReactNode {
  const { name, referencedBy } = stored.collection;
  const { maySee } = useSession();
  const [isOpen, { open, close }] = useDisclosure();
  const referrers = [...new Set(referencedBy.map(({ collection }) => collection))].filter((other) => other !== name);
  if (referrers.length > 0)
    return (
      <Stack py="md" align="flex-start">
        <Text>The collection cannot be deleted while the schemas of these collections refer to it:</Text>
        <List>
          {referrers.map((other) => (
            <List.Item key={other}>
              {maySee(other) ? (
                <Anchor component={Link} href={settingsPath(other, 'schema')}>
                  {other}
                </Anchor>
              ) : (
                other
              )}
            </List.Item>
          ))}
        </List>
      </Stack>
    );
  return (
    <Stack py="md" align="flex-start">
      <Text>Deletes the collection with its settings and its records. A collection cannot be restored.</Text>
      <Button color="red" variant="light" onClick={open}>
        Delete the collection…
      </Button>
      <Deletion stored={stored} isOpen={isOpen} onClose={close} />
    </Stack>
  );
}

function Deletion({
  stored,
  isOpen,
  onClose,
}: {
  stored: StoredSettings;
  isOpen: boolean;
  onClose(): void;
}): ReactNode {
  const { name, revision } = stored.collection;
  const { haven, may } = useSession();
  const drafts = useDrafts();
  const { discardAll: discardEdits } = useSettingsEdits(name);
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const count = useQuery({
    queryKey: ['records', name, 'count'],
    queryFn: async ({ signal }) => await haven.collection(name).list({ limit: 1, count: 'exact', signal }),
    staleTime: 0,
    enabled: isOpen && may('records:read', name),
  });
  const deletion = useMutation({
    mutationFn: () =>
      haven.request(
        {
          method: 'DELETE',
          path: collectionApiPath(name),
          query: { cascade: true },
          headers: { 'if-match': `"${revision}"` },
        },
        { timeout: TIMEOUT },
      ),
    onSuccess: () => {
      for (const { collection, id } of drafts.all) if (collection === name) drafts.discard(collection, id);
      discardEdits();
      notify(`The collection ${name} is deleted.`);
      navigate('/collections');
      for (const queryKey of [
        ['collections', name],
        ['records', name],
        ['record', name],
      ])
        queries.removeQueries({ queryKey });
      void queries.invalidateQueries({ queryKey: ['collections'] });
      void queries.invalidateQueries({ queryKey: ['stats'] });
    },
  });
  return (
    <ConfirmDialog
      title={`Delete ${name}`}
      action="Delete"
      typed={name}
      isOpen={isOpen}
      isBusy={deletion.isPending}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      {count.isFetching && <Loading what="Counting the records…" />}
      <Alert color="red" title={titleOf(count.data?.total)}>
        This cannot be undone.
      </Alert>
      {deletion.error && <ProblemAlert error={deletion.error} />}
    </ConfirmDialog>
  );
}

function titleOf(total: number | undefined): string {
  if (total === undefined) return 'The collection and all its records are deleted';
  if (total === 0) return 'The collection is deleted. It has no records';
  return `The collection and its ${countOf(total, 'record')} are deleted`;
}
