import { useCallback, useMemo, useState } from 'react';

import type { Column } from '../../../columns/columns.js';
import { useDrafts } from '../../../edits/drafts/drafts.js';
import type { CellPosition } from './grid-keys.js';
import { draftWith, isEditable, valueOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';

/** The cell that is edited, in its place or in a dialog. */
export interface Editing extends CellPosition {
  place: 'cell' | 'dialog';
}

/** Texts that are longer than this are edited in a dialog. */
const LONG = 200;

interface CellEdits {
  editing: Editing | null;
  /** Begins to edit a cell, if it can be changed. */
  edit(row: GridRow, column: Column): void;
  expand(): void;
  stop(): void;
  /** Queues the change of a cell; undefined removes the member. */
  set(row: GridRow, column: Column, value: unknown): void;
}

/** Edits cells. A change is queued until the user applies all of them. */
export function useCellEdits(collection: string): CellEdits {
  const [editing, setEditing] = useState<Editing | null>(null);
  const drafts = useDrafts();
  const stop = useCallback(() => setEditing(null), []);
  return useMemo(
    () => ({
      editing,
      stop,
      edit: (row, column) => {
        if (!isEditable(row, column)) return;
        const place = needsDialog(valueOf(row, column), column) ? 'dialog' : 'cell';
        setEditing({ id: row.id, path: column.path, place });
      },
      expand: () => setEditing((current) => current && { ...current, place: 'dialog' }),
      set: (row, { names }, value) => {
        const draft = draftWith(row, names, value, collection);
        if (draft) drafts.put(draft);
        else drafts.discard(collection, row.id);
        stop();
      },
    }),
    [collection, drafts, editing, stop],
  );
}

/** Whether a value is too long for a cell, or cannot be written as a text. */
function needsDialog(value: unknown, { type, target }: Column): boolean {
  if (type === 'json') return true;
  if (typeof value === 'string') return value.length > LONG || value.includes('\n');
  return typeof value === 'object' && (value !== null || target === undefined) && value !== null;
}
