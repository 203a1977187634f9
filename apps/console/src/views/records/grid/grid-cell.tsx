import type { ReactNode } from 'react';

import { CellEditor } from './cell-editor.js';
import type { CellEditorProps } from './cell-editor.js';
import { CellText } from './cell-text.js';
import type { ShownColumn } from './grid-layout.js';
import { isChanged, valueOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';
import { ownValue } from '../../../values/own-value.js';

/** The functions that the editor of a cell calls. */
export type CellEditing = Pick<CellEditorProps, 'onCommit' | 'onCancel' | 'onExpand'>;

/** A cell with a value, or with the editor of the value. */
export function GridCell({
  row,
  column,
  isActive,
  editing,
}: {
  row: GridRow;
  column: ShownColumn;
  /** Whether the keyboard moves from this cell. */
  isActive: boolean;
  /** The functions that the editor calls; null if the cell is not edited. */
  editing: CellEditing | null;
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
      tabIndex={tabIndex}
      style={{ width }}
    >
      {editing ? (
        <CellEditor column={column} value={value} {...editing} />
      ) : (
        <CellText value={value} column={column} expanded={ownValue(row.record?.expanded, path)} tabIndex={tabIndex} />
      )}
    </div>
  );
}
