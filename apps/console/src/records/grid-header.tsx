import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import type { Column } from './columns.js';
import { SELECT_WIDTH, widthOf } from './grid-layout.js';
import type { SortField } from './sort.js';

interface GridHeaderProps {
  columns: readonly Column[];
  sort: readonly SortField[];
  /** Sorts by a column. `keep`: whether the list stays sorted by the other columns too. */
  onSort(path: string, keep: 'others' | 'none'): void;
  /** Whether all, some or no rows are selected; null if rows cannot be selected. */
  selection: 'all' | 'some' | 'none' | null;
  onSelectAll(): void;
}

/** The headings of the grid. A click sorts by a column; with Shift, by the column after those before. */
export function GridHeader({ columns, sort, onSort, selection, onSelectAll }: GridHeaderProps): ReactNode {
  const first = selection === null ? 1 : 2;
  return (
    <div role="rowgroup" className="grid-header">
      <div role="row" aria-rowindex={1} className="grid-header-row">
        {selection !== null && (
          <div role="columnheader" aria-colindex={1} className="grid-cell" data-kind="select" style={SELECT_WIDTH}>
            <Checkbox
              size="xs"
              aria-label="Select all rows that are loaded"
              checked={selection === 'all'}
              indeterminate={selection === 'some'}
              onChange={onSelectAll}
            />
          </div>
        )}
        {columns.map(({ path, label, type }, index) => {
          const position = sort.findIndex((field) => field.path === path);
          const field = sort[position];
          return (
            <div
              key={path}
              role="columnheader"
              aria-colindex={index + first}
              aria-sort={field ? (field.isDescending ? 'descending' : 'ascending') : undefined}
              className="grid-cell"
              data-kind={type === 'number' ? 'number' : undefined}
              style={widthOf(path, type)}
            >
              <button
                type="button"
                className="grid-heading"
                title={`Sort by ${label}`}
                onClick={(event) => onSort(path, event.shiftKey ? 'others' : 'none')}
              >
                <span>{label}</span>
                {field && (field.isDescending ? <IconArrowDown size={14} /> : <IconArrowUp size={14} />)}
                {field && sort.length > 1 && position + 1}
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}
