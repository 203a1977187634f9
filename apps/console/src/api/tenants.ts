import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';

import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import { useSession } from '../session/session.js';
import { allPages } from './all-pages.js';
import type { components } from './openapi.js';

type Schemas = components['schemas'];

export type TenantView = Schemas['Tenant'];
export type NewTenant = Schemas['NewTenant'];
export type TenantChanges = Schemas['TenantChanges'];

const PATH = '/api/v1/tenants';
/** How often the tenants are read while the data of one is removed. */
const REMOVAL_MS = 3_000;

/** Reads all tenants, for operators. */
export function tenantsQuery(haven: HavenClient<AnySchema>) {
  return queryOptions({
    queryKey: ['tenants'],
    queryFn: ({ signal }) => allPages<TenantView>(haven, { path: PATH }, signal),
    refetchInterval: ({ state }) => (state.data?.some((tenant) => tenant.state === 'deleting') ? REMOVAL_MS : false),
  });
}

export function tenantQuery(haven: HavenClient<AnySchema>, id: string) {
  return queryOptions({
    queryKey: ['tenants', id],
    queryFn: ({ signal }) =>
      haven.request<TenantView>({ method: 'GET', path: `${PATH}/${encodeURIComponent(id)}` }, { signal }),
  });
}

export function useCreateTenant() {
  const { haven } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewTenant) => haven.request<TenantView>({ method: 'POST', path: PATH, body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tenants'] }),
  });
}

/**
 * Changes a tenant, unless it has changed since it was read. Calls `onChanged` afterwards, even if the component is no
 * longer shown then.
 */
export function useChangeTenant({ id, revision }: TenantView, onChanged: () => void) {
  const { haven } = useSession();
  const queries = useQueryClient();
  const refresh = useRefreshTenant(id);
  return useMutation({
    mutationFn: (body: TenantChanges) =>
      haven.request<TenantView>({
        method: 'PATCH',
        path: `${PATH}/${id}`,
        headers: { 'if-match': `"${revision}"` },
        body,
      }),
    onSuccess: (changed) => {
      queries.setQueryData(tenantQuery(haven, id).queryKey, changed);
      onChanged();
    },
    onSettled: refresh,
  });
}

/** Deletes a tenant. Its own query is not repeated, because the tenant is soon gone. */
export function useDeleteTenant({ id, revision }: TenantView) {
  const { haven } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      haven.request<TenantView>({
        method: 'DELETE',
        path: `${PATH}/${id}`,
        headers: { 'if-match': `"${revision}"` },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tenants'], exact: true }),
    onError: () => queries.invalidateQueries({ queryKey: ['tenants', id] }),
  });
}

function useRefreshTenant(id: string): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['tenants'] }),
      queries.invalidateQueries({ queryKey: ['usage', id] }),
    ]);
}
