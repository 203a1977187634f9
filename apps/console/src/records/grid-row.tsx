import { Anchor, Badge, Checkbox } from '@mantine/core';
import { memo } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { CellEditor } from './cell-editor.js';
import type { CellEditorProps } from './cell-editor.js';
import { CellText } from './cell-text.js';
import type { Column } from './columns.js';
import { SELECT_WIDTH, widthOf } from './grid-layout.js';
import { isChanged, stateOf, valueOf } from './grid-rows.js';
import type { GridRow, RowState } from './grid-rows.js';

interface RecordRowProps {
  collection: string;
  row: GridRow;
  index: number;
  offset: number;
  columns: readonly Column[];
  width: number;
  /** Path of the cell that the keyboard moves from, if it is in this row. */
  active: string | null;
  /** Path of the cell that is edited, if it is in this row. */
  editing: string | null;
  /** Whether the row is selected; null if rows cannot be selected. */
  isSelected: boolean | null;
  /** A note on the row, such as that somebody else has just changed the record. */
  mark: string | undefined;
  onSelect(id: string): void;
  editor: Pick<CellEditorProps, 'onCommit' | 'onCancel' | 'onExpand'>;
}

const STATES: Record<Exclude<RowState, 'stored'>, { label: string; color: string }> = {
  new: { label: 'New', color: 'teal' },
  changed: { label: 'Changed', color: 'orange' },
  deleted: { label: 'Deleted', color: 'red' },
  conflict: { label: 'Conflict', color: 'red' },
};

/** A row of the grid. It is rendered again only if something in it has changed. */
export const RecordRow = memo(function RecordRow(props: RecordRowProps): ReactNode {
  const { row, index, offset, columns, width, isSelected, onSelect, active } = props;
  const state = stateOf(row);
  const first = isSelected === null ? 1 : 2;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected ?? undefined}
      className="grid-row"
      data-state={state}
      style={{ width, transform: `translateY(${offset}px)` }}
    >
      {isSelected !== null && (
        <div role="gridcell" aria-colindex={1} className="grid-cell" data-kind="select" style={SELECT_WIDTH}>
          <Checkbox
            size="xs"
            aria-label={`Select ${row.id}`}
            tabIndex={active === null ? -1 : 0}
            checked={isSelected}
            onChange={() => onSelect(row.id)}
          />
        </div>
      )}
      {columns.map((column, position) => (
        <RecordCell key={column.path} {...props} state={state} column={column} position={position + first} />
      ))}
    </div>
  );
});

function RecordCell({
  collection,
  row,
  column,
  position,
  state,
  active,
  editing,
  mark,
  editor,
}: RecordRowProps & { column: Column; position: number; state: RowState }): ReactNode {
  const { path, type } = column;
  const isActive = active === path;
  const value = valueOf(row, column);
  const cell = {
    'aria-colindex': position,
    className: 'grid-cell',
    'data-row': row.id,
    'data-path': path,
    'data-active': isActive || undefined,
    tabIndex: isActive ? 0 : -1,
    style: widthOf(path, type),
  };
  if (path === '$id') return <IdCell {...{ cell, collection, row, state, mark }} />;
  if (editing === path)
    return (
      <div role="gridcell" {...cell} data-kind="edit">
        <CellEditor column={column} value={value} {...editor} />
      </div>
    );
  const hasChanged = isChanged(row, column);
  return (
    <div
      role="gridcell"
      {...cell}
      data-kind={type === 'number' ? 'number' : undefined}
      data-changed={hasChanged || undefined}
      aria-description={hasChanged ? 'Changed' : undefined}
    >
      <CellText value={value} column={column} expanded={row.record?.expanded?.[path]} tabIndex={isActive ? 0 : -1} />
    </div>
  );
}

function IdCell({
  cell,
  collection,
  row: { id },
  state,
  mark,
}: Pick<RecordRowProps, 'collection' | 'row' | 'mark'> & { cell: object; state: RowState }): ReactNode {
  return (
    <div role="rowheader" {...cell} data-kind="id">
      <Anchor
        component={Link}
        href={`/collections/${encodeURIComponent(collection)}/records/${encodeURIComponent(id)}`}
        inherit
        tabIndex={-1} // Enter in the cell opens the record
        title={id}
        aria-label={`Open ${id}`}
      >
        {id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-6)}` : id}
      </Anchor>
      {state !== 'stored' && (
        <Badge size="xs" radius="sm" variant="outline" color={STATES[state].color}>
          {STATES[state].label}
        </Badge>
      )}
      {mark !== undefined && state !== 'conflict' && (
        <Badge size="xs" radius="sm" variant="outline" color="blue">
          {mark}
        </Badge>
      )}
    </div>
  );
}
