import { queryOptions } from '@tanstack/react-query';

import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import type { components } from '../api/openapi.js';
import { bytesText, countText } from '../values/numbers.js';

export type UsageView = components['schemas']['Usage'];
export type QuotaUsage = components['schemas']['QuotaUsage'];

/** The quotas of a tenant. */
export const quotas = [
  { name: 'collections', label: 'Collections', text: countText },
  { name: 'records', label: 'Records', text: countText },
  { name: 'bytes', label: 'Stored data', text: bytesText },
  { name: 'keys', label: 'API keys', text: countText },
  { name: 'indexes', label: 'Indexes', text: countText },
] as const;

export type QuotaName = (typeof quotas)[number]['name'];

/** Reads what a tenant uses of its quotas. */
export function usageQuery(haven: HavenClient<AnySchema>, tenant: string) {
  return queryOptions({
    queryKey: ['usage', tenant],
    queryFn: ({ signal }) =>
      haven.request<UsageView>({ method: 'GET', path: '/api/v1/usage', query: { tenant } }, { signal }),
  });
}

/** How close the use of a quota is to its limit. */
export type QuotaLevel = 'unlimited' | 'low' | 'high' | 'full';

export function quotaLevel({ used, limit }: QuotaUsage): QuotaLevel {
  if (limit === null) return 'unlimited';
  if (used >= limit) return 'full';
  return used >= 0.8 * limit ? 'high' : 'low';
}
