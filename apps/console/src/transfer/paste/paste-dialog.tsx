import { Anchor, Button, Stack, Text, Textarea } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useCollection } from '../../api/collections.js';
import type { CollectionView, Data } from '../../api/types.js';
import { schemaColumns } from '../../columns/schema-columns.js';
import { MOST_DRAFTS } from '../../edits/drafts/draft.js';
import { useDrafts } from '../../edits/drafts/drafts.js';
import { TooManyDrafts } from '../../edits/drafts/too-many-drafts.js';
import { importPath } from '../../labels/paths.js';
import { DialogActions } from '../../ui/dialogs/dialog-actions.js';
import { DISCARD, FormDialog, useCloseQuestion } from '../../ui/dialogs/form-dialog.js';
import { QueryView } from '../../ui/feedback/query-view.js';
import { JsonText } from '../../ui/json/json-text.js';
import { newId } from '../../values/ids.js';
import { countOf } from '../../values/numbers.js';
import { sharedMember } from '../tables/assignments.js';
import { documentsOf, readPasted } from '../tables/pasted-rows.js';
import type { Pasted } from '../tables/pasted-rows.js';
import { SharedMember } from '../tables/shared-member.js';
import { TablePreview } from '../tables/table-preview.js';
import { useAssignments } from './use-assignments.js';

/** Adds records from a text that the user pastes. They are queued, and created when the changes are applied. */
export default function PasteDialog({
  collection,
  pasted,
  onClose,
}: {
  collection: string;
  /** The text to begin with. */
  pasted: string;
  onClose(): void;
}): ReactNode {
  const query = useCollection(collection);
  const isSmall = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  return (
    <FormDialog onClose={onClose} title={`Paste rows into ${collection}`} size="min(64rem, 95vw)" fullScreen={isSmall}>
      <QueryView query={query}>
        {(found) => <PasteForm collection={found} initial={pasted} onClose={onClose} />}
      </QueryView>
    </FormDialog>
  );
}

function PasteForm({
  collection,
  initial,
  onClose,
}: {
  collection: CollectionView;
  initial: string;
  onClose(): void;
}): ReactNode {
  const drafts = useDrafts();
  const [text, setText] = useState(initial);
  const pasted = useMemo(() => readPasted(text), [text]);
  const columns = useMemo(() => schemaColumns(collection), [collection]);
  const { firstRow, setFirstRow, assignments, setAssignment, isChosen } = useAssignments(pasted, columns);
  useCloseQuestion(() => (text === initial && !isChosen ? null : DISCARD));
  const documents = useMemo(() => rowsOf(pasted, firstRow, assignments), [pasted, firstRow, assignments]);
  const shared = sharedMember(assignments);
  const isTooMuch = documents.length + drafts.all.length > MOST_DRAFTS;
  const add = (): void => {
    const now = Date.now();
    // Lists show the newest records first, and the first row is to be the first of them.
    drafts.putAll(
      documents.map((data, index) => ({ op: 'create', collection: collection.name, id: newId(now - index), data })),
    );
    onClose();
  };
  return (
    <Stack>
      <Textarea
        label="Rows"
        description="Cells of a spreadsheet, CSV, or JSON: an array of objects, or an object on each line."
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        rows={6}
        spellCheck={false}
        data-autofocus
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      {pasted.kind === 'table' && pasted.table.length > 0 && (
        <TablePreview
          table={pasted.table}
          firstRow={firstRow}
          onFirstRow={setFirstRow}
          assignments={assignments}
          onAssignment={setAssignment}
          columns={columns}
        />
      )}
      <SharedMember path={shared} />
      {pasted.kind === 'refused' && (
        <Text role="alert" size="sm">
          {pasted.problem}
        </Text>
      )}
      {documents.length > 0 && (
        <>
          <Text size="sm" fw={600}>
            The first record
          </Text>
          <JsonText value={documents[0]} />
        </>
      )}
      {isTooMuch && (
        <TooManyDrafts>
          For more records, use the{' '}
          <Anchor component={Link} inherit underline="always" href={importPath(collection.name)}>
            import
          </Anchor>
          .
        </TooManyDrafts>
      )}
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={add} disabled={documents.length === 0 || isTooMuch || shared !== undefined}>
          Add {countOf(documents.length, 'record')}
        </Button>
      </DialogActions>
    </Stack>
  );
}

function rowsOf(
  pasted: Pasted,
  firstRow: 'names' | 'values',
  assignments: Parameters<typeof documentsOf>[1],
): readonly Data[] {
  if (pasted.kind === 'documents') return pasted.documents;
  if (pasted.kind === 'refused') return [];
  return documentsOf(pasted.table.slice(firstRow === 'names' ? 1 : 0), assignments);
}
