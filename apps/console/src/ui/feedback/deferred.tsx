import { useDeferredValue } from 'react';
import type { ReactNode } from 'react';

/**
 * Shows `fallback`, and then renders its content in short tasks, between which the browser can respond to input. For
 * content so large that rendering it at once would block the page.
 */
export function Deferred({ fallback, children }: { fallback: ReactNode; children: ReactNode }): ReactNode {
  return useDeferredValue(true, false) ? children : fallback;
}
