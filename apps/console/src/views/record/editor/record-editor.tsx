import { Stack } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Data } from '../../../api/types.js';
import { useDrafts } from '../../../edits/drafts/drafts.js';
import { DocumentEditor } from '../../../form/document-editor.js';
import { UnreadInputs, useUnreadInputs } from '../../../form/unread-inputs.js';
import { useDocumentErrors } from '../../../form/use-document-errors.js';
import { useSession } from '../../../session/session.js';
import { isEqual } from '../../../values/diff.js';
import type { RecordProps } from '../record-props.js';
import { DraftStatus } from './draft-status.js';

/**
 * Edits the data of a record. The changes are kept as a draft until they are applied. While a text is not valid yet,
 * the form shows the version to which the text belongs, even if the record is read again.
 */
export function RecordEditor({ collection, record, draft }: RecordProps): ReactNode {
  const drafts = useDrafts();
  const { may } = useSession();
  const [discards, setDiscards] = useState(0); // a form of its own after each, without texts that were not valid
  const { inputs, hasUnread } = useUnreadInputs();
  const [shown, setShown] = useState(record);
  if (shown !== record && !hasUnread) setShown(record);
  const isWritable = may('records:write', record.collection);
  const base = draft && draft.op !== 'create' ? draft.base : { version: shown.version, data: shown.data };
  const value = draft && draft.op !== 'delete' ? draft.data : shown.data;
  const errors = useDocumentErrors(collection.schema, value);
  const discard = (): void => {
    drafts.discard(record.collection, record.id);
    setDiscards((count) => count + 1);
  };
  const change = (data: Data): void => {
    const { id, collection: name } = record;
    if (isEqual(data, base.data)) drafts.discard(name, id);
    else drafts.put({ collection: name, id, op: 'update', base, data });
  };
  return (
    <Stack>
      {isWritable && (
        <DraftStatus draft={draft} hasUnread={hasUnread} base={base} record={record} onDiscard={discard} />
      )}
      <UnreadInputs value={inputs}>
        <DocumentEditor
          key={discards}
          schema={collection.schema}
          value={value}
          onChange={change}
          errors={draft?.op === 'update' ? errors : []}
          isReadOnly={!isWritable || draft?.op === 'delete'}
        />
      </UnreadInputs>
    </Stack>
  );
}
