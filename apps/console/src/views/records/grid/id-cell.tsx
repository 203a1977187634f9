import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { recordPath } from '../../../labels/paths.js';
import type { GridRow, RowState } from './grid-rows.js';

const STATES: Record<Exclude<RowState, 'stored'>, { label: string; color: string }> = {
  new: { label: 'New', color: 'teal' },
  changed: { label: 'Changed', color: 'orange' },
  deleted: { label: 'Deleted', color: 'red' },
  conflict: { label: 'Conflict', color: 'red' },
};

/** The cell that leads to the record, and says whether the record was changed. */
export function IdCell({
  collection,
  row: { id },
  state,
  mark,
  width,
  isActive,
}: {
  collection: string;
  row: GridRow;
  state: RowState;
  mark: string | undefined;
  width: number;
  isActive: boolean;
}): ReactNode {
  const note = state === 'stored' ? mark && { label: mark, color: 'blue' } : STATES[state];
  return (
    <div
      role="rowheader"
      className="grid-cell"
      data-kind="id"
      data-row={id}
      data-path="$id"
      data-active={isActive || undefined}
      tabIndex={isActive ? 0 : -1}
      style={{ width }}
    >
      <Link
        className="grid-link"
        href={recordPath(collection, id)}
        tabIndex={-1} // Enter in the cell opens the record
        title={id}
      >
        {id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-6)}` : id}
      </Link>
      {note && (
        <Badge
          size="sm"
          radius="sm"
          variant="outline"
          tt="none"
          color={note.color}
          c="var(--mantine-color-text)"
          className="grid-note"
          title={note.label}
        >
          {note.label}
        </Badge>
      )}
    </div>
  );
}
