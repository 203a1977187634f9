import { Button } from '@mantine/core';
import type { ReactNode } from 'react';

import { useDrafts } from '../../../edits/drafts/drafts.js';
import { useSession } from '../../../session/session.js';
import type { RecordProps } from '../record-props.js';
import { CopyAs } from './copy-as.js';
import { EraseButton } from './erase-button.js';

/** The actions of a record. A deletion is queued like other changes; an erasure is done at once. */
export function RecordActions({ collection, record, draft }: RecordProps): ReactNode {
  const drafts = useDrafts();
  const { may } = useSession();
  const { collection: name, id, version, data } = record;
  const remove = (): void => {
    const base = draft?.op === 'update' ? draft.base : { version, data };
    drafts.put({ collection: name, id, op: 'delete', base });
  };
  return (
    <>
      <CopyAs collection={collection} record={record} draft={draft} />
      {may('records:write', name) && draft?.op !== 'delete' && (
        <Button size="xs" variant="default" onClick={remove}>
          Delete
        </Button>
      )}
      <EraseButton name={name} id={id} current={record} />
    </>
  );
}
