import { useEffect } from 'react';
import { useLocation } from 'wouter';

import type { NavigationItem } from './navigation.js';

/** Whether the keys that the user presses are text for a field. */
export function isTyping(event: Event): boolean {
  const { target } = event;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest('.cm-editor') !== null)
  );
}

/** Whether a dialog is open, so that the view behind it is not used. */
export function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}

/** Opens a view when the user presses `g` and then the key of the view. */
export function useNavigationShortcuts(items: readonly NavigationItem[]): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    let isWaiting = false;
    const press = (event: KeyboardEvent): void => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const item = isWaiting ? items.find(({ key }) => key === event.key) : undefined;
      isWaiting = event.key === 'g';
      if (!item) return;
      event.preventDefault();
      navigate(item.path);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [items, navigate]);
}

/** Calls `action` when the user presses a key outside of fields and dialogs. */
export function useShortcut(key: string, action: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== key || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isDialogOpen()) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [key, action]);
}
