import { useCallback, useMemo, useState } from 'react';

import type { Column } from '../../../columns/columns.js';
import { columnOfCell } from '../../../columns/sample-columns.js';
import { useDrafts } from '../../../edits/drafts/drafts.js';
import { isEqual } from '../../../values/diff.js';
import { draftWith, isEditable, rowSince, valueOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';

/** A cell that is edited, in its place or in a dialog. It stays as it was when the edit began. */
export interface Editing {
  row: GridRow;
  /** The column, with the type of the value. */
  column: Column;
  /** The value that the editor shows at first. */
  value: unknown;
  place: EditPlace;
}

export type EditPlace = 'cell' | 'dialog';

/** Texts that are longer than this are edited in a dialog. */
const LONG = 200;

interface CellEdits {
  editing: Editing | null;
  /** Begins to edit a cell, if it can be changed. A value that is too long for the cell opens the dialog. */
  edit(row: GridRow, column: Column, place: EditPlace): void;
  /** Opens the dialog for the cell that is edited, with the value that was typed so far. */
  expand(value: unknown): void;
  stop(): void;
  /** Queues the change of the cell that is edited, if it is one; undefined removes the member. */
  set(value: unknown): void;
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
      edit: (row, shown, place) => {
        if (!isEditable(row, shown)) return;
        const value = valueOf(row, shown);
        const column = columnOfCell(shown, value);
        setEditing({ row, column, value, place: needsDialog(value, column) ? 'dialog' : place });
      },
      expand: (value) => setEditing((current) => current && { ...current, value, place: 'dialog' }),
      set: (value) => {
        stop();
        if (!editing || isEqual(value, valueOf(editing.row, editing.column))) return;
        const { row, column } = editing;
        const since = rowSince(row, drafts.of(collection, row.id));
        const draft = draftWith(since, column.names, value, collection);
        if (draft) drafts.put(draft);
        else drafts.discard(collection, row.id);
      },
    }),
    [collection, drafts, editing, stop],
  );
}

/** Whether a value is too long for a cell, or cannot be written as a text. */
function needsDialog(value: unknown, { type }: Column): boolean {
  if (type === 'json') return true;
  if (typeof value === 'string') return value.length > LONG || value.includes('\n');
  return typeof value === 'object' && value !== null;
}
