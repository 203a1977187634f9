/**
 * Returns the `onClose` of a dialog that can open others: Escape closes the one on top, and not all of them. Not for the
 * dialogs on top.
 */
export function ifOnTop(onClose: () => void): () => void {
  return () => {
    if (document.querySelectorAll('[role="dialog"]').length <= 1) onClose();
  };
}
