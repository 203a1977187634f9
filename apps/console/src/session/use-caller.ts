import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';

import { createClient } from 'haven-records';
import type { AnySchema, HavenClient } from 'haven-records';

import { prefix } from '../page.js';
import type { Caller } from './caller.js';
import { fetchTraced, whenRefused } from './own-requests.js';
import { addShownTenant } from './shown-tenants.js';

const CALLER = { method: 'GET', path: '/api/v1/caller' };

/** Returns the client that sends requests with a key, and the caller, which is read again when the key is refused. */
export function useCaller(key: string | null): { haven: HavenClient<AnySchema>; caller: UseQueryResult<Caller> } {
  const queries = useQueryClient();
  const haven = useMemo(
    () => createClient({ url: prefix || '/', fetch: fetchTraced, ...(key !== null && { key }) }),
    [key],
  );
  const caller = useQuery({
    queryKey: ['caller', key],
    queryFn: ({ signal }) => haven.request<Caller>(CALLER, { signal }),
    staleTime: 60_000,
  });
  useEffect(
    () =>
      whenRefused(() => {
        // A key that was revoked ends the session, but not the drafts of its tenant. The request for the caller, which
        // finds that out, is refused too.
        if (queries.isFetching({ queryKey: ['caller'] }) === 0)
          void queries.invalidateQueries({ queryKey: ['caller'] });
      }),
    [queries],
  );
  const tenant = caller.data?.tenant;
  useEffect(() => {
    if (tenant !== undefined) addShownTenant(tenant);
  }, [tenant]);
  return { haven, caller };
}

/** Reads the caller of a key that the tab does not use yet. */
export function readCaller(key: string): Promise<Caller> {
  return createClient({ url: prefix || '/', key }).request<Caller>(CALLER);
}
