import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { memo } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

import type { SortField } from '../columns/sort.js';
import { SelectBox } from '../select-box.js';
import { SELECT_WIDTH } from './grid-layout.js';
import type { ShownColumn } from './grid-layout.js';
import type { GridTable } from './use-grid-table.js';

interface GridHeaderProps {
  table: GridTable;
  columns: readonly ShownColumn[];
  sort: readonly SortField[];
  /** Sorts by a column. `keep`: whether the list stays sorted by the other columns too. */
  onSort(path: string, keep: 'others' | 'none'): void;
  canSelect: boolean;
}

/** Pixels by which a key makes a column wider. */
const STEP = 20;

/**
 * The headings of the grid. A click sorts by a column; with Shift, by the column after those before. They are not
 * rendered again when the user scrolls.
 */
export const GridHeader = memo(function GridHeader({
  table,
  columns,
  sort,
  onSort,
  canSelect,
}: GridHeaderProps): ReactNode {
  const resize = (event: KeyboardEvent, { path, width }: ShownColumn): void => {
    if (!event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    event.preventDefault();
    const next = width + (event.key === 'ArrowRight' ? STEP : -STEP);
    table.setColumnSizing((before) => ({ ...before, [path]: Math.max(STEP, next) }));
  };
  const isAnySelected = table.getIsSomeRowsSelected();
  // The table creates an object for each loaded row to find this out.
  const isAllSelected = isAnySelected && table.getIsAllRowsSelected();
  const headers = new Map(table.getLeafHeaders().map((header) => [header.column.id, header]));
  return (
    <div role="rowgroup" className="grid-header">
      <div role="row" aria-rowindex={1} className="grid-header-row">
        {canSelect && (
          <div role="columnheader" className="grid-cell" data-kind="select" style={{ width: SELECT_WIDTH }}>
            <SelectBox
              label="Select all rows that are loaded"
              isChecked={isAllSelected}
              isMixed={isAnySelected && !isAllSelected}
              onChange={table.getToggleAllRowsSelectedHandler()}
            />
          </div>
        )}
        {columns.map((column) => {
          const { path, label, type, width } = column;
          const position = sort.findIndex((field) => field.path === path);
          const field = sort[position];
          const resizeHandler = headers.get(path)?.getResizeHandler();
          return (
            <div
              key={path}
              role="columnheader"
              aria-sort={field ? (field.isDescending ? 'descending' : 'ascending') : undefined}
              className="grid-cell"
              data-kind={path === '$id' ? 'id' : type === 'number' ? 'number' : undefined}
              style={{ width }}
            >
              <button
                type="button"
                className="grid-heading"
                title={`Sort by ${label}`}
                aria-keyshortcuts="Shift+ArrowRight Shift+ArrowLeft"
                onClick={(event) => onSort(path, event.shiftKey ? 'others' : 'none')}
                onKeyDown={(event) => resize(event, column)}
              >
                <span>{label}</span>
                {field && (field.isDescending ? <IconArrowDown size={14} /> : <IconArrowUp size={14} />)}
                {field && sort.length > 1 && position + 1}
              </button>
              {resizeHandler && (
                <div
                  className="grid-resizer"
                  aria-hidden
                  onMouseDown={resizeHandler}
                  onTouchStart={resizeHandler}
                  onDoubleClick={() => table.getColumn(path)?.resetSize()}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
});
