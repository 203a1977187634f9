/**
 * Returns the `onClose` of a dialog that can open others: Escape then closes only the one on top. Not for the dialogs
 * on top.
 */
export function ifOnTop(onClose: () => void): () => void {
  return () => {
    if (document.querySelectorAll('[role="dialog"]').length <= 1) onClose();
  };
}
