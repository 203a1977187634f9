import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { useSession } from '../../session/session.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { DiffView } from '../../ui/json/diff-view.js';
import { Time } from '../../ui/time/time.js';
import { isEqual } from '../../values/diff.js';
import type { Failure } from '../batch/failures.js';
import { readNewest } from '../batch/record-states.js';
import type { Newest } from '../batch/record-states.js';
import type { Draft } from '../drafts/draft.js';
import { useDrafts } from '../drafts/drafts.js';
import { EditDataDialog } from './edit-data-dialog.js';
import { resolutionOf } from './resolution.js';

/** Shows what others and the user have changed in a record since the user read it, and lets the user choose. */
export function ConflictView({ draft, conflict }: { draft: Draft; conflict: Failure }): ReactNode {
  const { haven } = useSession();
  const { collection, id } = draft;
  const newest = useQuery({
    queryKey: ['record', collection, id, 'newest'],
    queryFn: ({ signal }) => readNewest(haven, { collection, id }, { signal }),
    staleTime: 0,
  });
  return (
    <Stack gap="xs">
      <Alert color="orange" title="This record has changed since you read it" role="status">
        {conflict.detail}
      </Alert>
      <QueryView query={newest}>{(theirs) => <Choice draft={draft} theirs={theirs} />}</QueryView>
    </Stack>
  );
}

function Choice({ draft, theirs }: { draft: Draft; theirs: Newest | null }): ReactNode {
  const { put, discard } = useDrafts();
  const [isEditing, setEditing] = useState(false);
  const base = draft.op === 'create' ? null : draft.base.data;
  const mine = draft.op === 'delete' ? null : draft.data;
  const { draft: kept, overlaps } = resolutionOf(draft, theirs);
  const isSame = isEqual(theirs?.data ?? null, mine);
  return (
    <Stack gap="xs">
      <Title order={4} size="sm">
        Theirs
      </Title>
      {theirs && (
        <Text size="sm" c="dimmed">
          {theirs.data === null ? 'Deleted' : 'Changed'} by {theirs.actor}, <Time at={theirs.at} />, version{' '}
          {theirs.version}
        </Text>
      )}
      {(theirs?.data ?? null) === null ? (
        <Text size="sm">The record does not exist any more.</Text>
      ) : (
        <DiffView before={base} after={theirs?.data} />
      )}
      <Title order={4} size="sm">
        Mine
      </Title>
      {mine === null ? <Text size="sm">The record is deleted.</Text> : <DiffView before={base} after={mine} />}
      <Text size="sm" c="dimmed">
        {base === null
          ? 'Both are shown in full: the record did not exist when you began.'
          : 'Both are compared with the record as it was when you began to change it.'}
      </Text>
      {isSame && <Text size="sm">The record is already as you want it. Your change can be discarded.</Text>}
      {overlaps.length > 0 && (
        <Text size="sm">Both have changed {overlaps.join(', ')}. With “Keep mine”, your values replace theirs.</Text>
      )}
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={() => discard(draft.collection, draft.id)}>
          Take theirs
        </Button>
        {kept && !isSame && (
          <Button size="xs" variant="default" onClick={() => put(kept)}>
            Keep mine
          </Button>
        )}
        {kept && kept.op !== 'delete' && (
          <Button size="xs" variant="default" onClick={() => setEditing(true)}>
            Edit
          </Button>
        )}
      </Group>
      {isEditing && kept && kept.op !== 'delete' && (
        <EditDataDialog
          title="Edit on the newest version"
          data={kept.data}
          onSave={(data) => put({ ...kept, data })}
          onClose={() => setEditing(false)}
        />
      )}
    </Stack>
  );
}
