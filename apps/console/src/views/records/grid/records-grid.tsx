import './grid.css';

import { useCallback, useMemo, useRef } from 'react';
import type { ClipboardEvent, KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useLocation } from 'wouter';

import { printValue } from '../../../columns/cell-values.js';
import { recordPath } from '../../../labels/paths.js';
import type { SortField } from '../columns/sort.js';
import type { NextCell } from './cell-editing.js';
import { GridHeader } from './grid-header.js';
import type { CellPosition } from './grid-keys.js';
import { SELECT_WIDTH } from './grid-layout.js';
import type { ShownColumn } from './grid-layout.js';
import { valueOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';
import { RecordRow } from './record-row.js';
import { useActiveCell } from './use-active-cell.js';
import { useCellEdits } from './use-cell-edits.js';
import type { EditPlace } from './use-cell-edits.js';
import type { GridTable } from './use-grid-table.js';
import { useRowWindow } from './use-row-window.js';
import { ValueDialog } from './value-dialog.js';

interface RecordsGridProps {
  collection: string;
  table: GridTable;
  rows: readonly GridRow[];
  columns: readonly ShownColumn[];
  sort: readonly SortField[];
  onSort(path: string, keep: 'others' | 'none'): void;
  /** Whether the user may change records; false also for records of an earlier time. */
  canEdit: boolean;
  /** Notes on rows, by id. */
  marks?: ReadonlyMap<string, string>;
  /** Whether all records of the list are loaded. */
  isComplete: boolean;
  listKey: string;
  /** Whether there are rows before the loaded ones. */
  hasEarlier: boolean;
  onNearEnd(): void;
  onNearStart(): void;
}

/** The keys that lead to the cell in which the user goes on. */
const KEYS = { left: 'ArrowLeft', right: 'ArrowRight', down: 'ArrowDown' } as const;

/** The records as a grid, of which only the visible rows are rendered. */
export function RecordsGrid(props: RecordsGridProps): ReactNode {
  const { collection, table, rows, columns, sort, onSort, canEdit, marks, isComplete } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const byId = useMemo(() => new Map(rows.map((row, index) => [row.id, { row, index }])), [rows]);
  const scrollTo = useRef((_id: string): void => undefined);
  const onMove = useCallback((id: string) => scrollTo.current(id), []);
  const { active, isChosen, choose, focus, move } = useActiveCell(scroller, rows, columns, onMove);
  const { virtualizer, items } = useRowWindow(scroller, {
    ...props,
    activeIndex: (active && byId.get(active.id)?.index) ?? -1,
  });
  scrollTo.current = (id) => virtualizer.scrollToIndex(byId.get(id)?.index ?? 0);
  const { editing, ...edits } = useCellEdits(collection);

  const cellAt = (position: CellPosition | null): { row: GridRow; column: ShownColumn } | null => {
    const row = position && byId.get(position.id)?.row;
    const column = position && columns.find(({ path }) => path === position.path);
    return row && column ? { row, column } : null;
  };
  const open = (position: CellPosition, place: EditPlace): void => {
    const cell = cellAt(position);
    if (position.path === '$id') navigate(recordPath(collection, position.id));
    else if (cell && canEdit) edits.edit(cell.row, cell.column, place);
  };
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    if (!active || !positionOf(event.target, 'itself')) return;
    if (event.key === 'Enter' || event.key === 'F2') open(active, event.altKey ? 'dialog' : 'cell');
    else if (event.key === ' ' && canEdit) table.getRow(active.id).toggleSelected();
    else if (event.altKey || !move(event.key, event.ctrlKey || event.metaKey, active)) return;
    event.preventDefault();
  };
  const click = (event: MouseEvent<HTMLElement>): void => {
    const position = positionOf(event.target, 'around');
    if (!position) return;
    const isAgain = isChosen && active?.id === position.id && active.path === position.path;
    choose(position);
    // A finger cannot click twice quickly, so a second touch begins to edit.
    const isTouch = 'pointerType' in event.nativeEvent && event.nativeEvent.pointerType === 'touch';
    if (isAgain && isTouch && !editing) open(position, 'cell');
  };
  const doubleClick = (event: MouseEvent<HTMLElement>): void => {
    const position = positionOf(event.target, 'around');
    if (position && position.path !== '$id' && !editing) open(position, 'cell');
  };
  const copy = (event: ClipboardEvent<HTMLElement>): void => {
    const cell = cellAt(active);
    if (!cell || editing || document.getSelection()?.isCollapsed === false) return;
    event.clipboardData.setData('text/plain', printValue(valueOf(cell.row, cell.column)));
    event.preventDefault();
  };

  const now = useRef({ edits, editing, move, table });
  now.current = { edits, editing, move, table };
  const editor = useMemo(
    () => ({
      onCommit: (value: unknown, next: NextCell) => {
        const current = now.current;
        if (!current.editing) return;
        const { row, column } = current.editing;
        current.edits.set(value);
        if (next === 'same') focus();
        else if (next !== 'none') current.move(KEYS[next], false, { id: row.id, path: column.path });
      },
      onCancel: () => {
        focus();
        now.current.edits.stop();
      },
      onExpand: (value: unknown) => now.current.edits.expand(value),
    }),
    [focus],
  );
  const select = useCallback((id: string, event: unknown) => {
    now.current.table.getRow(id).getToggleSelectedHandler()(event);
  }, []);
  const width = columns.reduce((total, column) => total + column.width, canEdit ? SELECT_WIDTH : 0);
  const selected = table.state.rowSelection;
  return (
    <>
      <div
        ref={scroller}
        role="grid"
        className="grid"
        aria-label={`Records of ${collection}`}
        aria-rowcount={isComplete ? rows.length + 1 : -1}
        aria-multiselectable={canEdit || undefined}
        onKeyDown={press}
        onClick={click}
        onDoubleClick={doubleClick}
        onCopy={copy}
      >
        <div style={{ width }}>
          <GridHeader table={table} columns={columns} sort={sort} onSort={onSort} canSelect={canEdit} />
          <div role="rowgroup" className="grid-body" style={{ height: virtualizer.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const row = rows[index];
              if (!row) return null;
              return (
                <RecordRow
                  key={row.id}
                  collection={collection}
                  row={row}
                  index={index}
                  offset={start}
                  columns={columns}
                  width={width}
                  active={active?.id === row.id ? active.path : null}
                  editing={editing?.row.id === row.id && editing.place === 'cell' ? editing : null}
                  isSelected={canEdit ? selected[row.id] === true : null}
                  mark={marks?.get(row.id)}
                  onSelect={select}
                  editor={editor}
                />
              );
            })}
          </div>
        </div>
      </div>
      {editing?.place === 'dialog' && (
        <ValueDialog
          column={editing.column}
          value={editing.value}
          onSave={(value) => editor.onCommit(value, 'same')}
          onClose={editor.onCancel}
        />
      )}
    </>
  );
}

/** Returns the cell in which an event happened: any cell around its target, or only the target itself. */
function positionOf(target: EventTarget, which: 'itself' | 'around'): CellPosition | null {
  if (!(target instanceof HTMLElement || target instanceof SVGElement)) return null;
  const cell = which === 'itself' ? target : target.closest<HTMLElement>('[data-row]');
  const { row, path } = cell?.dataset ?? {};
  return row === undefined || path === undefined ? null : { id: row, path };
}
