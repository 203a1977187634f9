import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { RefObject } from 'react';

import { cellAfter } from './grid-keys.js';
import type { CellPosition } from './grid-keys.js';
import { ROW_HEIGHT } from './grid-layout.js';
import type { ShownColumn } from './grid-layout.js';
import type { GridRow } from './grid-rows.js';

interface ActiveCell {
  /** The cell that the keyboard moves from: the first one until the user has chosen another; null without rows. */
  active: CellPosition | null;
  /** Whether the user has chosen the cell. */
  isChosen: boolean;
  choose(cell: CellPosition): void;
  /** Moves the focus to the active cell when it is rendered. */
  focus(): void;
  /** Makes the cell active to which a key leads, and moves the focus to it. Returns whether the key moves. */
  move(key: string, isControl: boolean, from: CellPosition): boolean;
}

/** Keeps the cell that has the focus, and moves the focus. */
export function useActiveCell(
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly GridRow[],
  columns: readonly ShownColumn[],
  onMove: (id: string) => void,
): ActiveCell {
  const [chosen, choose] = useState<CellPosition | null>(null);
  const isShown = useMemo(
    () =>
      chosen !== null && rows.some(({ id }) => id === chosen.id) && columns.some(({ path }) => path === chosen.path),
    [chosen, columns, rows],
  );
  const firstId = rows[0]?.id;
  const active = useMemo(
    () => (isShown ? chosen : firstId === undefined ? null : { id: firstId, path: '$id' }),
    [chosen, firstId, isShown],
  );
  const wantsFocus = useRef(false);
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    const cell = scroller.current?.querySelector<HTMLElement>('[data-active]');
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  });
  const focus = useCallback(() => {
    wantsFocus.current = true;
  }, []);
  const move = useCallback(
    (key: string, isControl: boolean, from: CellPosition): boolean => {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
      const paths = columns.map(({ path }) => path);
      const next = cellAfter(key, isControl, from, { ids: rows.map(({ id }) => id), paths, page });
      if (!next) return false;
      wantsFocus.current = true;
      choose(next);
      onMove(next.id);
      return true;
    },
    [columns, onMove, rows, scroller],
  );
  return { active, isChosen: isShown, choose, focus, move };
}
