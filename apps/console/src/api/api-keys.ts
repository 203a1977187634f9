import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';

import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import { useSession } from '../session/session.js';
import { allPages } from './all-pages.js';
import type { components } from './openapi.js';

type Schemas = components['schemas'];

export type ApiKeyView = Schemas['ApiKey'];
export type IssuedApiKeyView = Schemas['IssuedApiKey'];
export type NewApiKey = Schemas['NewApiKey'];

const PATH = '/api/v1/api-keys';

/** Reads the keys of a tenant, the newest first. */
export function keysQuery(haven: HavenClient<AnySchema>, tenant: string) {
  return queryOptions({
    queryKey: ['keys', tenant],
    queryFn: async ({ signal }) => {
      const keys = await allPages<ApiKeyView>(haven, { path: PATH, query: { tenant } }, signal);
      return keys.toReversed();
    },
  });
}

/** Whether the user is signed in with this key. */
export function useIsOwnKey(): (id: string) => boolean {
  const { actor } = useSession().caller;
  return (id) => actor === `key:${id}`;
}

export function useCreateKey() {
  const { haven } = useSession();
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: (body: NewApiKey) => haven.request<IssuedApiKeyView>({ method: 'POST', path: PATH, body }),
    onSuccess: refresh,
  });
}

export function useRotateKey(id: string, tenant: string) {
  const { haven } = useSession();
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: (overlapSeconds: number) =>
      haven.request<IssuedApiKeyView>({
        method: 'POST',
        path: `${PATH}/${id}/rotate`,
        body: { overlapSeconds, tenant },
      }),
    onSuccess: refresh,
  });
}

/** Revokes a key. Calls `onRevoked` afterwards, even if the list does not show the key any more. */
export function useRevokeKey(id: string, tenant: string, onRevoked: () => void) {
  const { haven } = useSession();
  const refresh = useRefreshKeys();
  return useMutation({
    mutationFn: () => haven.request({ method: 'DELETE', path: `${PATH}/${id}`, query: { tenant } }),
    onSuccess: () => {
      onRevoked();
      return refresh();
    },
  });
}

/** Returns a function that reads the keys and their number again. */
function useRefreshKeys(): () => Promise<unknown> {
  const queries = useQueryClient();
  return () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['keys'] }),
      queries.invalidateQueries({ queryKey: ['usage'] }),
    ]);
}
