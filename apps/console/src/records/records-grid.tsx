import './grid.css';

import { columnOrderingFeature, columnVisibilityFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ClipboardEvent, KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useLocation } from 'wouter';

import type { Column } from './columns.js';
import { GridHeader } from './grid-header.js';
import { cellAfter } from './grid-keys.js';
import type { CellPosition } from './grid-keys.js';
import { ROW_HEIGHT, rowWidth } from './grid-layout.js';
import { RecordRow } from './grid-row.js';
import { valueOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';
import type { SortField } from './sort.js';
import { useCellEdits } from './use-cell-edits.js';
import { useRowWindow } from './use-row-window.js';
import { ValueDialog } from './value-dialog.js';
import { printValue } from './values.js';

interface RecordsGridProps {
  collection: string;
  rows: readonly GridRow[];
  columns: readonly Column[];
  visibility: Record<string, boolean>;
  sort: readonly SortField[];
  onSort(path: string, keep: 'others' | 'none'): void;
  /** Whether the user may change records; false also for records of an earlier time. */
  canEdit: boolean;
  selected: ReadonlySet<string>;
  onSelect(ids: ReadonlySet<string>): void;
  /** Notes on rows, by id. */
  marks?: ReadonlyMap<string, string>;
  /** Whether all records of the list are loaded. */
  isComplete: boolean;
  listKey: string;
  onNearEnd(): void;
  onNearStart(): void;
}

const features = tableFeatures({ columnOrderingFeature, columnVisibilityFeature });

/** The records as a grid, of which only the visible rows are rendered. */
export function RecordsGrid(props: RecordsGridProps): ReactNode {
  const { collection, rows, columns, visibility, sort, onSort, canEdit, selected, onSelect, marks, isComplete } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, navigate] = useLocation();
  const shown = useShownColumns(rows, columns, visibility);
  const [chosen, setActive] = useState<CellPosition | null>(null);
  const byId = useMemo(() => new Map(rows.map((row, index) => [row.id, { row, index }])), [rows]);
  const active = useMemo(() => {
    const [first] = rows;
    if (chosen && byId.has(chosen.id) && shown.some(({ path }) => path === chosen.path)) return chosen;
    return first ? { id: first.id, path: '$id' } : null;
  }, [chosen, byId, shown, rows]);
  const { editing, ...edits } = useCellEdits(collection);
  const { virtualizer, items } = useRowWindow(scroller, {
    ...props,
    activeIndex: (active && byId.get(active.id)?.index) ?? -1,
  });

  const wantsFocus = useRef(false);
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    const cell = scroller.current?.querySelector<HTMLElement>('[data-active]');
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
    wantsFocus.current = false;
  });
  const goTo = useCallback(
    (cell: CellPosition) => {
      wantsFocus.current = true;
      setActive(cell);
      virtualizer.scrollToIndex(byId.get(cell.id)?.index ?? 0);
    },
    [byId, virtualizer],
  );
  const move = useCallback(
    (key: string, isControl: boolean, from: CellPosition): boolean => {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
      const paths = shown.map(({ path }) => path);
      const next = cellAfter(key, isControl, from, { ids: rows.map(({ id }) => id), paths, page });
      if (next) goTo(next);
      return next !== null;
    },
    [goTo, rows, shown],
  );
  const cellOf = (position: CellPosition | null): { row: GridRow; column: Column } | null => {
    const row = position && byId.get(position.id)?.row;
    const column = position && shown.find(({ path }) => path === position.path);
    return row && column ? { row, column } : null;
  };
  const open = (position: CellPosition): void => {
    const cell = cellOf(position);
    if (position.path === '$id')
      navigate(`/collections/${encodeURIComponent(collection)}/records/${encodeURIComponent(position.id)}`);
    else if (cell && canEdit) edits.edit(cell.row, cell.column);
  };
  const press = (event: KeyboardEvent<HTMLElement>): void => {
    if (!active || !(event.target instanceof HTMLElement) || event.target.dataset.row === undefined) return;
    if (event.key === 'Enter' || event.key === 'F2') open(active);
    else if (event.key === ' ' && canEdit) onSelect(toggled(selected, active.id));
    else if (event.altKey || !move(event.key, event.ctrlKey || event.metaKey, active)) return;
    event.preventDefault();
  };
  const click = (event: MouseEvent<HTMLElement>): void => {
    const position = positionOf(event.target);
    if (!position) return;
    const isAgain = active?.id === position.id && active.path === position.path && chosen !== null;
    setActive(position);
    // A finger cannot click twice quickly, so a second touch begins to edit.
    if (isAgain && 'pointerType' in event.nativeEvent && event.nativeEvent.pointerType === 'touch' && !editing)
      open(position);
  };
  const copy = (event: ClipboardEvent<HTMLElement>): void => {
    const cell = cellOf(active);
    if (!cell || editing || !document.getSelection()?.isCollapsed) return;
    event.clipboardData.setData('text/plain', printValue(valueOf(cell.row, cell.column)));
    event.preventDefault();
  };

  const edited = cellOf(editing);
  const current = useRef({ edited, edits, move, editing });
  current.current = { edited, edits, move, editing };
  const editor = useMemo(
    () => ({
      onCommit: (value: unknown, next: 'stay' | 'right' | 'down') => {
        const now = current.current;
        if (now.edited) now.edits.set(now.edited.row, now.edited.column, value);
        if (next === 'stay' || !now.editing) return;
        now.move(next === 'right' ? 'ArrowRight' : 'ArrowDown', false, now.editing);
      },
      onCancel: () => {
        wantsFocus.current = true;
        current.current.edits.stop();
      },
      onExpand: () => current.current.edits.expand(),
    }),
    [],
  );
  const closeDialog = (): void => {
    wantsFocus.current = true;
    edits.stop();
  };
  const select = useRef(selected);
  select.current = selected;
  const toggle = useCallback((id: string) => onSelect(toggled(select.current, id)), [onSelect]);
  const selection = selected.size === 0 ? 'none' : rows.every(({ id }) => selected.has(id)) ? 'all' : 'some';
  const width = rowWidth(shown, canEdit ? 'selectable' : 'fixed');
  return (
    <>
      <div
        ref={scroller}
        role="grid"
        className="grid"
        aria-label={`Records of ${collection}`}
        aria-rowcount={isComplete ? rows.length + 1 : -1}
        aria-colcount={shown.length + (canEdit ? 1 : 0)}
        aria-multiselectable={canEdit || undefined}
        onKeyDown={press}
        onClick={click}
        onDoubleClick={(event) => {
          const position = positionOf(event.target);
          if (position && position.path !== '$id') open(position);
        }}
        onCopy={copy}
      >
        <div style={{ width }}>
          <GridHeader
            columns={shown}
            sort={sort}
            onSort={onSort}
            selection={canEdit ? selection : null}
            onSelectAll={() => onSelect(selection === 'all' ? new Set() : new Set(rows.map(({ id }) => id)))}
          />
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
                  columns={shown}
                  width={width}
                  active={active?.id === row.id ? active.path : null}
                  editing={editing?.id === row.id && editing.place === 'cell' ? editing.path : null}
                  isSelected={canEdit ? selected.has(row.id) : null}
                  mark={marks?.get(row.id)}
                  onSelect={toggle}
                  editor={editor}
                />
              );
            })}
          </div>
        </div>
      </div>
      {editing?.place === 'dialog' && edited && (
        <ValueDialog
          column={edited.column}
          value={valueOf(edited.row, edited.column)}
          onSave={(value) => {
            edits.set(edited.row, edited.column, value);
            closeDialog();
          }}
          onClose={closeDialog}
        />
      )}
    </>
  );
}

/** Returns the visible columns in their order. */
function useShownColumns(
  rows: readonly GridRow[],
  columns: readonly Column[],
  columnVisibility: Record<string, boolean>,
): readonly Column[] {
  const definitions = useMemo(() => columns.map(({ path }) => ({ id: path })), [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    state: { columnVisibility, columnOrder: columns.map(({ path }) => path) },
  });
  const paths = table
    .getVisibleLeafColumns()
    .map(({ id }) => id)
    .join('\n');
  return useMemo(() => {
    const shown = new Set(paths.split('\n'));
    return columns.filter(({ path }) => shown.has(path));
  }, [columns, paths]);
}

function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return selected.has(id) ? selected.difference(new Set([id])) : selected.union(new Set([id]));
}

/** Returns the cell in which an event has happened. */
function positionOf(target: EventTarget): CellPosition | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null;
  const { row, path } = cell?.dataset ?? {};
  return row === undefined || path === undefined ? null : { id: row, path };
}
