import { Alert, Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import type { CollectionView } from '../../api/types.js';
import type { Draft } from '../../edits/drafts/draft.js';
import { useDrafts } from '../../edits/drafts/drafts.js';
import { DocumentEditor } from '../../form/document-editor.js';
import { useDocumentErrors } from '../../form/use-document-errors.js';
import { collectionPath } from '../../labels/paths.js';
import { RecordHeader } from './record-header.js';

/** Edits a record that was added, and will be created when the changes are applied. */
export function NewRecord({
  collection,
  draft,
}: {
  collection: CollectionView;
  draft: Draft & { op: 'create' };
}): ReactNode {
  const drafts = useDrafts();
  const [, navigate] = useLocation();
  const errors = useDocumentErrors(collection.schema, draft.data);
  const discard = (): void => {
    drafts.discard(draft.collection, draft.id);
    navigate(collectionPath(draft.collection));
  };
  return (
    <>
      <RecordHeader collection={draft.collection} id={draft.id} data={draft.data} />
      <Alert color="gray" title="New record" mb="md">
        <Group gap="sm">
          It is created when you apply your changes.
          <Button size="xs" variant="default" onClick={discard}>
            Discard the record
          </Button>
        </Group>
      </Alert>
      <DocumentEditor
        schema={collection.schema}
        value={draft.data}
        onChange={(data) => drafts.put({ ...draft, data })}
        errors={errors}
      />
    </>
  );
}
