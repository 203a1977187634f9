import { Button } from '@mantine/core';
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { MOST_DRAFTS } from '../../../edits/drafts/draft.js';
import { useDrafts } from '../../../edits/drafts/drafts.js';
import { TooManyDrafts } from '../../../edits/drafts/too-many-drafts.js';
import { countText } from '../../../values/numbers.js';
import { deletionOf } from '../grid/grid-rows.js';
import type { GridRow } from '../grid/grid-rows.js';

interface SelectionActionsProps {
  collection: string;
  /** The selected rows. */
  rows: readonly GridRow[];
  /** Called after the records were deleted, or their changes discarded. */
  onDone(): void;
}

/** Deletes the records of the selected rows, and discards their changes. */
export function SelectionActions({ collection, rows, onDone }: SelectionActionsProps): ReactNode {
  const drafts = useDrafts();
  const changed = rows.filter(({ draft }) => draft);
  const stored = rows.filter(({ record }) => record);
  const isTooMuch = drafts.all.length - changed.length + stored.length > MOST_DRAFTS;
  const discard = (discarded: readonly GridRow[]): void => {
    for (const { id } of discarded) drafts.discard(collection, id);
    onDone();
  };
  const remove = (): void => {
    const deletions = rows.map((row) => deletionOf(row, collection));
    drafts.putAll(deletions.filter((draft) => draft !== null));
    discard(rows.filter(({ record }) => !record));
  };
  if (rows.length === 0) return null;
  return (
    <>
      <Button
        size="xs"
        variant="light"
        color="red"
        leftSection={<IconTrash size={16} />}
        disabled={isTooMuch}
        onClick={remove}
      >
        Delete {countText(rows.length)}
      </Button>
      {changed.length > 0 && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowBackUp size={16} />}
          onClick={() => discard(changed)}
        >
          Discard {changed.length === 1 ? 'the change' : `${changed.length} changes`}
        </Button>
      )}
      {isTooMuch && <TooManyDrafts>Select fewer rows to delete them.</TooManyDrafts>}
    </>
  );
}
