import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { hasSameAccess } from './caller.js';
import type { Caller } from './caller.js';
import { readCaller } from './use-caller.js';
import { useDropData } from './use-drop-data.js';

interface KeyCheck {
  check: UseMutationResult<Caller, Error, string>;
  /** With another number, the views are rendered anew. */
  views: number;
}

/**
 * Checks a key that the user enters, and signs in with it if the server accepts it. If it has the tenant and the rights
 * of `caller`, the views stay, and read again. Otherwise they are rendered anew.
 */
export function useKeyCheck(caller: Caller | undefined, onKey: (key: string) => void): KeyCheck {
  const queries = useQueryClient();
  const dropData = useDropData();
  const [views, setViews] = useState(0);
  const [resumptions, setResumptions] = useState(0);
  const check = useMutation({
    mutationFn: readCaller,
    onSuccess: (found, key) => {
      if (caller && hasSameAccess(caller, found)) setResumptions((count) => count + 1);
      else {
        dropData();
        setViews((number) => number + 1);
      }
      queries.setQueryData(['caller', key], found);
      onKey(key);
    },
  });
  useEffect(() => {
    // The views have the next key now, with which they read again.
    if (resumptions > 0) void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'caller' });
  }, [queries, resumptions]);
  return { check, views };
}
