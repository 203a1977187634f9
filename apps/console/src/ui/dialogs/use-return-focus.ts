import { useEffect } from 'react';

/** Returns the focus to where it was before, when a dialog that is shown only while it is open is closed. */
export function useReturnFocus(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
