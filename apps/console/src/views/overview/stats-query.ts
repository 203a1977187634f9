import { queryOptions } from '@tanstack/react-query';

import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import { withStats } from './samples.js';
import type { Overview, Stats } from './samples.js';

/** How often the overview is read. */
const EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;

/** Reads the overview of a tenant or of `all`, again and again if it is live. */
export function statsQuery(haven: HavenClient<AnySchema>, tenant: string, mode: 'live' | 'paused') {
  const queryKey = ['stats', tenant];
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const request = { method: 'GET', path: '/api/v1/stats', query: { tenant } };
      const stats = await haven.request<Stats>(request, { signal });
      return withStats(client.getQueryData<Overview>(queryKey), stats);
    },
    refetchInterval: mode === 'live' ? EVERY_MS : false,
    gcTime: HOUR_MS, // the samples stay when the user visits another view
    structuralSharing: false, // every response is new
  });
}
