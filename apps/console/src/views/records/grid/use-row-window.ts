import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import type { VirtualItem, Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

import { ROW_HEIGHT } from './grid-layout.js';
import type { GridRow } from './grid-rows.js';
import { windowShift } from './window-shift.js';

/** Rows from an end of the loaded ones at which more are read: half a page, and less if fewer rows are loaded. */
const MOST_AHEAD = 100;

/**
 * Pixels of the window that are not part of the grid (`grid.css`). With them, most visible rows are rendered before the
 * height of the grid is measured: React renders those that follow from a measurement in one long task.
 */
const ABOVE = 272;

export interface RowWindowOptions {
  rows: readonly GridRow[];
  /** Index of the row that has the focus. It is rendered also when it is not visible, so that it keeps the focus. */
  activeIndex: number;
  /** Identifies the list. Another list starts at its top. */
  listKey: string;
  /** Whether there are rows before the loaded ones. */
  hasEarlier: boolean;
  onNearEnd(): void;
  onNearStart(): void;
}

/** Renders only the visible rows, and reads more when the user comes near an end of the loaded ones. */
export function useRowWindow(
  scroller: RefObject<HTMLDivElement | null>,
  { rows, activeIndex, listKey, hasEarlier, onNearEnd, onNearStart }: RowWindowOptions,
): { virtualizer: Virtualizer<HTMLDivElement, Element>; items: VirtualItem[] } {
  // A function of its own for each rendering would make the virtualizer compute the positions of all rows again.
  const getItemKey = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey,
    initialRect: { width: 0, height: innerHeight - ABOVE },
    overscan: 8,
    scrollPaddingStart: ROW_HEIGHT + 2, // the heading covers the first row
    scrollPaddingEnd: 16,
    useFlushSync: false,
    rangeExtractor: (range) => {
      const visible = defaultRangeExtractor(range);
      return activeIndex < 0 || activeIndex >= rows.length || visible.includes(activeIndex)
        ? visible
        : [...visible, activeIndex].toSorted((one, other) => one - other);
    },
  });
  const items = virtualizer.getVirtualItems();
  const range = virtualizer.range;
  const start = range?.startIndex ?? 0;
  const end = range?.endIndex ?? 0;
  const ahead = Math.min(MOST_AHEAD, Math.floor(rows.length / 2));
  useEffect(() => {
    if (end >= rows.length - ahead) onNearEnd();
  }, [end, rows.length, ahead, onNearEnd]);
  useEffect(() => {
    if (start < ahead) onNearStart();
  }, [start, ahead, onNearStart]);

  const shown = useRef({ rows, listKey, hasEarlier });
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = { rows, listKey, hasEarlier };
    const element = scroller.current;
    if (!element) return;
    if (before.listKey !== listKey) element.scrollTop = 0;
    // Rows that were added or left out above the visible ones must not move these. New records at the start of the
    // list are shown.
    else if (before.hasEarlier || element.scrollTop > 0)
      element.scrollTop += windowShift(before.rows, rows) * ROW_HEIGHT;
  }, [rows, listKey, hasEarlier, scroller]);
  return { virtualizer, items };
}
