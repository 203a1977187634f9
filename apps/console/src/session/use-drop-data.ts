import { useQueryClient } from '@tanstack/react-query';

import { closeNotifications } from '../ui/feedback/notify.js';

/** Returns a function that removes what was read with the key, because the next one may be of another tenant. */
export function useDropData(): () => void {
  const queries = useQueryClient();
  return () => {
    queries.clear();
    closeNotifications();
  };
}
