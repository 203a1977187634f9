import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import type { ReactTable, RowSelectionState } from '@tanstack/react-table';
import { useMemo, useState } from 'react';

import type { Column } from '../../../columns/columns.js';
import { visibility } from '../columns/column-order.js';
import type { ColumnSettings } from '../columns/column-order.js';
import { defaultWidth, LEAST_WIDTH, MOST_WIDTH, widthOf } from './grid-layout.js';
import type { ShownColumn } from './grid-layout.js';
import type { GridRow } from './grid-rows.js';

const features = tableFeatures({
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSelectionFeature,
});

export type GridTable = ReactTable<typeof features, GridRow>;

interface GridTableOptions {
  rows: readonly GridRow[];
  /** All columns, in their order. */
  columns: readonly Column[];
  settings: ColumnSettings;
  onSettings(settings: ColumnSettings): void;
  canSelect: boolean;
}

/** Returns the table behind the grid: the columns with their order and widths, and the selected rows. */
export function useGridTable({ rows, columns, settings, onSettings, canSelect }: GridTableOptions): {
  table: GridTable;
  shown: readonly ShownColumn[];
} {
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({});
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.path,
        size: defaultWidth(column),
        minSize: LEAST_WIDTH,
        maxSize: MOST_WIDTH,
      })),
    [columns],
  );
  const columnOrder = useMemo(() => columns.map(({ path }) => path), [columns]);
  const columnVisibility = useMemo(() => visibility(columns, settings), [columns, settings]);
  const columnSizing = settings.widths;
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: ({ id }) => id,
    enableRowSelection: canSelect,
    columnResizeMode: 'onChange',
    state: { columnOrder, columnVisibility, columnSizing, rowSelection },
    onRowSelectionChange: setRowSelection,
    onColumnSizingChange: (change) => {
      const widths = typeof change === 'function' ? change(columnSizing) : change;
      onSettings({ ...settings, widths });
    },
  });
  // Not from the table, which is another object after each rendering: all rows would be rendered again.
  const shown = useMemo(
    () =>
      columns
        .filter(({ path }) => columnVisibility[path])
        .map((column): ShownColumn => ({ ...column, width: widthOf(column, columnSizing) })),
    [columns, columnVisibility, columnSizing],
  );
  return { table, shown };
}
