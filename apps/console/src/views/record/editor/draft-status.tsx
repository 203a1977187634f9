import { Alert, Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { RecordView } from '../../../api/types.js';
import type { Base, Draft } from '../../../edits/drafts/draft.js';
import { DiffView } from '../../../ui/json/diff-view.js';

interface DraftStatusProps {
  draft: Draft | undefined;
  /** Whether the form has a text that is not valid yet, so that the draft does not have it. */
  hasUnread: boolean;
  /** The version that the form changes. */
  base: Base;
  record: RecordView;
  onDiscard(): void;
}

/**
 * Says whether a record has a change that was not applied. It has the same height with and without one, so that the
 * form does not move when the user begins to type.
 */
export function DraftStatus({ draft, hasUnread, base, record, onDiscard }: DraftStatusProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const isDeletion = draft?.op === 'delete';
  const isChanged = draft !== undefined || hasUnread;
  return (
    <Stack gap="xs">
      <Group gap="xs" mih={30}>
        <Badge
          variant={isChanged ? 'filled' : 'default'}
          tt="none"
          color={isDeletion ? 'red.9' : 'teal.9'}
          role="status"
        >
          {stateOf(draft, hasUnread)}
        </Badge>
        {draft?.op === 'update' && (
          <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide' : 'Show'} the difference
          </Button>
        )}
        {isChanged && (
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
      {base.version !== record.version && <Outdated version={base.version} data={base.data} record={record} />}
    </Stack>
  );
}

function stateOf(draft: Draft | undefined, hasUnread: boolean): string {
  if (hasUnread) return 'Changed, not valid yet';
  if (!draft) return 'No changes';
  return draft.op === 'delete' ? 'To be deleted' : 'Changed, not applied yet';
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
