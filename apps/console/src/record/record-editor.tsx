import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { CollectionView, RecordView } from '../api/types.js';
import { useDrafts } from '../edits/drafts.js';
import type { Draft } from '../edits/drafts.js';
import { FormAndJson } from '../form/form-and-json.js';
import { useDocumentErrors } from '../form/use-document-errors.js';
import { useSession } from '../session/session.js';
import { DiffView } from '../ui/diff-view.js';
import { isEqual } from '../ui/diff.js';

/** Edits the data of a record. The changes are kept as a draft until they are applied. */
export function RecordEditor({
  collection,
  record,
  draft,
}: {
  collection: CollectionView;
  record: RecordView;
  draft: Draft | undefined;
}): ReactNode {
  const drafts = useDrafts();
  const { may } = useSession();
  const isReadOnly = !may('records:write', record.collection) || draft?.op === 'delete';
  const base = draft && draft.op !== 'create' ? draft.base : { version: record.version, data: record.data };
  const value = draft && draft.op !== 'delete' ? draft.data : record.data;
  const errors = useDocumentErrors(collection.schema, value);
  const change = (data: RecordView['data']): void => {
    const { id, collection: name } = record;
    if (isEqual(data, base.data)) drafts.discard(name, id);
    else drafts.put({ collection: name, id, op: 'update', base, data });
  };
  return (
    <Stack>
      {draft && (
        <DraftAlert draft={draft} record={record} onDiscard={() => drafts.discard(draft.collection, draft.id)} />
      )}
      <FormAndJson
        schema={collection.schema}
        value={value}
        onChange={change}
        errors={draft ? errors : []}
        isReadOnly={isReadOnly}
      />
    </Stack>
  );
}

/** Says that a record has a change that was not applied, and whether others have changed the record since. */
function DraftAlert({ draft, record, onDiscard }: { draft: Draft; record: RecordView; onDiscard(): void }): ReactNode {
  const isDeletion = draft.op === 'delete';
  const isOutdated = draft.op !== 'create' && draft.base.version !== record.version;
  return (
    <Alert color="yellow" title={isDeletion ? 'To be deleted' : 'Changed, not applied yet'}>
      <Stack gap="sm">
        {draft.op === 'update' && <DiffView before={draft.base.data} after={draft.data} />}
        {isOutdated && (
          <>
            <Text size="sm">
              Somebody has changed the record since: it has version {record.version} now, and your change is based on
              version {draft.base.version}. These are their changes:
            </Text>
            <DiffView before={draft.base.data} after={record.data} />
          </>
        )}
        <Group gap="sm">
          <Text size="sm">
            {isDeletion ? 'The record is deleted when you apply your changes.' : 'Review your changes to apply them.'}
          </Text>
          <Button size="xs" variant="default" onClick={onDiscard}>
            {isDeletion ? 'Keep the record' : 'Discard the change'}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
