import { focusManager } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useLayoutEffect } from 'react';

/** Events for which dialogs and shortcuts listen on the window. */
const EVENTS = ['keydown', 'paste'];

/**
 * While `isCovered` is true, the views and their dialogs stay as they are, but are hidden: only the element with the
 * class `cover` is shown (`console.css`). They get no keys, and read nothing again at intervals.
 */
export function useCoveredViews(isCovered: boolean): void {
  const stop = useEffectEvent((event: Event) => {
    if (isCovered) event.stopImmediatePropagation();
  });
  // The session is rendered before its views, so this listener is called before theirs.
  useEffect(() => {
    for (const event of EVENTS) addEventListener(event, stop, { capture: true });
    return () => {
      for (const event of EVENTS) removeEventListener(event, stop, { capture: true });
    };
  }, []);
  useLayoutEffect(() => {
    if (!isCovered) return undefined;
    const focused = document.activeElement;
    document.body.classList.add('covered');
    focusManager.setFocused(false);
    return () => {
      document.body.classList.remove('covered');
      focusManager.setFocused(undefined);
      if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
    };
  }, [isCovered]);
}
