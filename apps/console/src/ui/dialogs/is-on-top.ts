/**
 * Whether no other dialog was opened over the one in `root`. Escape reaches all open dialogs, and should close only the
 * one on top.
 */
export function isOnTop(root: HTMLElement | null): boolean {
  const last = [...document.querySelectorAll('[role="dialog"]')].at(-1);
  return last === undefined || (root?.contains(last) ?? false);
}
