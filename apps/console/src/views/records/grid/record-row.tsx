import { memo } from 'react';
import type { ReactNode } from 'react';

import { SelectBox } from '../select-box.js';
import type { CellEditing } from './cell-editing.js';
import { GridCell } from './grid-cell.js';
import { SELECT_WIDTH } from './grid-layout.js';
import type { ShownColumn } from './grid-layout.js';
import { stateOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';
import { IdCell } from './id-cell.js';
import type { Editing } from './use-cell-edits.js';

interface RecordRowProps extends RowCellsProps {
  index: number;
  /** Pixels above the row. */
  offset: number;
  width: number;
}

interface RowCellsProps {
  collection: string;
  row: GridRow;
  columns: readonly ShownColumn[];
  /** Path of the cell that the keyboard moves from, if it is in this row. */
  active: string | null;
  /** The cell that is edited in its place, if it is in this row. */
  editing: Editing | null;
  /** Whether the row is selected; null if rows cannot be selected. */
  isSelected: boolean | null;
  /** A note on the row, such as that another user has just changed the record. */
  mark: string | undefined;
  onSelect(id: string, event: unknown): void;
  editor: CellEditing;
}

/** A row of the grid. It moves when rows are added or left out above it, without rendering its cells again. */
export function RecordRow({ index, offset, width, ...cells }: RecordRowProps): ReactNode {
  const { row, isSelected } = cells;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected ?? undefined}
      className="grid-row"
      data-state={stateOf(row)}
      style={{ width, transform: `translateY(${offset}px)` }}
    >
      <RowCells {...cells} />
    </div>
  );
}

/** The cells of a row. They are rendered again only if something in them has changed. */
const RowCells = memo(function RowCells({
  collection,
  row,
  columns,
  active,
  editing,
  isSelected,
  mark,
  onSelect,
  editor,
}: RowCellsProps): ReactNode {
  return (
    <>
      {isSelected !== null && (
        <div role="gridcell" className="grid-cell" data-kind="select" style={{ width: SELECT_WIDTH }}>
          <SelectBox
            label={`Select ${row.id}`}
            tabIndex={active === null ? -1 : 0}
            isChecked={isSelected}
            onChange={(event) => onSelect(row.id, event)}
          />
        </div>
      )}
      {columns.map((column) =>
        column.path === '$id' ? (
          <IdCell
            key={column.path}
            collection={collection}
            row={row}
            state={stateOf(row)}
            mark={mark}
            width={column.width}
            isActive={active === column.path}
          />
        ) : (
          <GridCell
            key={column.path}
            row={row}
            column={column}
            isActive={active === column.path}
            editing={editing?.column.path === column.path ? editing : null}
            editor={editor}
          />
        ),
      )}
    </>
  );
});
