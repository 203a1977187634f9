import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { createClient, HavenError } from 'haven-records';
import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import { prefix } from '../page.js';
import { FullPage } from '../ui/full-page.js';
import { Loading } from '../ui/loading.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { may } from './caller.js';
import type { Caller } from './caller.js';
import { storedEntered, storeEntered } from './entered-tenant.js';
import { EnteredTenantEnded } from './entered-tenant-ended.js';
import { fetchTraced } from './own-requests.js';
import { revokeEntered } from './revoke-entered.js';
import { SignIn } from './sign-in.js';
import { storedKey, storeKey } from './stored-key.js';

/** The key and the caller of this tab, with which views send requests. */
interface Session {
  haven: HavenClient<AnySchema>;
  /** The API key; null if the server needs none. */
  key: string | null;
  caller: Caller;
  may(scope: string, collection?: string): boolean;
  signOut(): void;
  /** Shows the data of another tenant, with a key of that tenant. */
  enterTenant(tenant: string, key: string): void;
  /** Goes back to the operator's own tenant, and revokes the key that was used; null in all other sessions. */
  leaveTenant: (() => void) | null;
}

const SessionContext = createContext<Session | null>(null);

/** Returns the session of this tab. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('There is no session.');
  return session;
}

/** Functions that are called when the user signs out, to delete the data that they keep in the browser. */
const onSignOut = new Set<(tenantId: string) => void>();

/** Calls `listener` with the id of the tenant when the user signs out. */
export function whenSignedOut(listener: (tenantId: string) => void): void {
  onSignOut.add(listener);
}

/** Lets the user sign in if the server needs a key, and then shows `children`. */
export function SessionProvider({ children }: { children: ReactNode }): ReactNode {
  const [key, setKey] = useState(storedKey);
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const haven = useMemo(
    () => createClient({ url: prefix || '/', fetch: fetchTraced, ...(key !== null && { key }) }),
    [key],
  );
  const caller = useQuery({
    queryKey: ['caller', key],
    queryFn: ({ signal }) => haven.request<Caller>({ method: 'GET', path: '/api/v1/caller' }, { signal }),
    staleTime: 60_000,
  });
  const signIn = useCallback((next: string | null) => {
    storeKey(next);
    setKey(next);
  }, []);
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ type, query }) => {
        // A key that was revoked ends the session, but not the drafts of its tenant.
        if (type === 'updated' && isUnauthenticated(query.state.error) && query.queryKey[0] !== 'caller')
          void queries.invalidateQueries({ queryKey: ['caller'] });
      }),
    [queries],
  );
  const entered = storedEntered();
  const leave = (): void => {
    if (!entered) return;
    storeEntered(null);
    queries.clear();
    navigate(`/tenants/${entered.tenant}`);
    signIn(entered.operatorKey);
    revokeEntered(entered);
  };
  if (entered && isEnded(caller.error)) return <EnteredTenantEnded onLeave={leave} />;
  if (isUnauthenticated(caller.error)) return <SignIn isRefused={key !== null} onKey={signIn} />;
  if (caller.data === undefined)
    return (
      <FullPage>
        {caller.error ? <ProblemAlert error={caller.error} onRetry={() => void caller.refetch()} /> : <Loading />}
      </FullPage>
    );
  const session: Session = {
    haven,
    key,
    caller: caller.data,
    may: (scope, collection) => may(caller.data, scope, collection),
    signOut: () => {
      for (const listener of onSignOut) listener(caller.data.tenant);
      queries.clear();
      if (entered) {
        storeEntered(null);
        revokeEntered(entered);
      }
      signIn(null);
    },
    enterTenant: (tenant, next) => {
      storeEntered({ tenant, key: next, operatorKey: key });
      queries.clear();
      signIn(next);
    },
    leaveTenant: entered && leave,
  };
  return <SessionContext value={session}>{children}</SessionContext>;
}

function isUnauthenticated(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'UNAUTHENTICATED';
}

/** Whether the key of the tenant that an operator has entered works no longer. */
function isEnded(error: unknown): boolean {
  return isUnauthenticated(error) || (error instanceof HavenError && error.code === 'TENANT_SUSPENDED');
}
