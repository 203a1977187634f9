import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import type { VirtualItem, Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

import { ROW_HEIGHT } from './grid-layout.js';
import type { GridRow } from './grid-rows.js';
import { windowShift } from './window-shift.js';

/** Rows from an end of the loaded ones at which more are read. */
const MARGIN = 25;

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
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
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
  useEffect(() => {
    if (end >= rows.length - MARGIN) onNearEnd();
  }, [end, rows.length, onNearEnd]);
  useEffect(() => {
    if (start < MARGIN) onNearStart();
  }, [start, onNearStart]);

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
