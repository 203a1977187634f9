import { Alert, Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { RecordView } from '../../../api/types.js';
import type { Draft } from '../../../edits/drafts/draft.js';
import { DiffView } from '../../../ui/json/diff-view.js';

/**
 * Says whether a record has a change that was not applied. It has the same height with and without one, so that the
 * form does not move when the user begins to type.
 */
export function DraftStatus({
  draft,
  record,
  onDiscard,
}: {
  draft: Draft | undefined;
  record: RecordView;
  onDiscard(): void;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const isDeletion = draft?.op === 'delete';
  return (
    <Stack gap="xs">
      <Group gap="xs" mih={30}>
        <Badge variant={draft ? 'filled' : 'default'} tt="none" color={isDeletion ? 'red.9' : 'teal.9'} role="status">
          {draft ? (isDeletion ? 'To be deleted' : 'Changed, not applied yet') : 'No changes'}
        </Badge>
        {draft?.op === 'update' && (
          <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide' : 'Show'} the difference
          </Button>
        )}
        {draft && (
          <Button size="compact-sm" variant="default" onClick={onDiscard}>
            {isDeletion ? 'Keep the record' : 'Discard the change'}
          </Button>
        )}
      </Group>
      {draft?.op === 'update' && isOpen && (
        <Paper withBorder p="sm">
          <DiffView before={draft.base.data} after={draft.data} />
        </Paper>
      )}
      {draft && draft.op !== 'create' && draft.base.version !== record.version && (
        <Outdated version={draft.base.version} data={draft.base.data} record={record} />
      )}
    </Stack>
  );
}

/** Shows what others have changed since the user began to edit. */
function Outdated({ version, data, record }: { version: number; data: unknown; record: RecordView }): ReactNode {
  return (
    <Alert color="orange" title="This record has changed since you read it">
      <Stack gap="xs">
        <Text size="sm">
          Your change is based on version {version}, and the record has version {record.version} now. The review lets
          you decide which values to keep. These are their changes:
        </Text>
        <DiffView before={data} after={record.data} />
      </Stack>
    </Alert>
  );
}
