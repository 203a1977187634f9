import type { ReactNode } from 'react';

import type { CellEditing } from './cell-editing.js';
import { CellEditor } from './cell-editor.js';
import { CellText } from './cell-text.js';
import type { ShownColumn } from './grid-layout.js';
import { isChanged, valueOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';
import type { Editing } from './use-cell-edits.js';
import { ownValue } from '../../../values/own-value.js';

/** A cell with a value, or with the editor of the value. */
export function GridCell({
  row,
  column,
  isActive,
  editing,
  editor,
}: {
  row: GridRow;
  column: ShownColumn;
  /** Whether the keyboard moves from this cell. */
  isActive: boolean;
  /** The edit of the cell; null if it is not edited. */
  editing: Editing | null;
  editor: CellEditing;
}): ReactNode {
  const { path, type, width } = column;
  const value = valueOf(row, column);
  const hasChanged = isChanged(row, column);
  const tabIndex = isActive ? 0 : -1;
  const kind = type === 'number' ? 'number' : undefined;
  return (
    <div
      role="gridcell"
      className="grid-cell"
      data-row={row.id}
      data-path={path}
      data-active={isActive || undefined}
      data-kind={editing ? 'edit' : kind}
      data-changed={hasChanged || undefined}
      aria-description={hasChanged ? 'Changed' : undefined}
      tabIndex={editing ? -1 : tabIndex} // the editor is reached by Tab, and not the cell behind it
      style={{ width }}
    >
      {editing ? (
        <CellEditor column={editing.column} value={editing.value} {...editor} />
      ) : (
        <CellText value={value} column={column} expanded={ownValue(row.record?.expanded, path)} tabIndex={tabIndex} />
      )}
    </div>
  );
}
