import { useEffect, useEffectEvent } from 'react';

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

/** Calls `action` when the user presses a key outside of fields and dialogs. */
export function useShortcut(key: string, action: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== key || hasModifier(event) || isTyping(event) || isDialogOpen()) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

/** Whether a key is pressed together with one that makes it a shortcut of the browser or of the system. */
export function hasModifier({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey;
}
