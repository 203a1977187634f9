import { Portal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { createClient, HavenError } from 'haven-records';
import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import { prefix } from '../page.js';
import { closeNotifications } from '../ui/feedback/notify.js';
import { Deferred } from '../ui/feedback/deferred.js';
import { Loading } from '../ui/feedback/loading.js';
import { FullPage } from '../ui/layout/full-page.js';
import { hasSameAccess, may, maySee } from './caller.js';
import type { Caller } from './caller.js';
import { EnteredTenantEnded } from './entered-tenant-ended.js';
import { storedEntered, storeEntered } from './entered-tenant.js';
import { NoSession } from './no-session.js';
import { fetchTraced, isUnauthenticated, whenRefused } from './own-requests.js';
import { revokeEntered } from './revoke-entered.js';
import { addShownTenant, clearShownTenants, shownTenants } from './shown-tenants.js';
import { SignIn } from './sign-in.js';
import { storedKey, storeKey } from './stored-key.js';
import { useCoveredViews } from './use-covered-views.js';

/** The key and the caller of this tab, with which views send requests. */
interface Session {
  haven: HavenClient<AnySchema>;
  /** The API key; null if the server needs none. */
  key: string | null;
  caller: Caller;
  may(scope: string, collection?: string): boolean;
  /** Whether the caller may read the settings of a collection, or of some collections if none is named. */
  maySee(collection?: string): boolean;
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

/** Calls `listener` when the user signs out, with the id of each tenant whose data the tab has shown. */
export function whenSignedOut(listener: (tenantId: string) => void): void {
  onSignOut.add(listener);
}

/**
 * Lets the user sign in if the server needs a key, and then shows `children`. If the key is refused later, the sign-in
 * covers them. They stay as they are if the next key has the same tenant and rights, so that no input is lost.
 */
export function SessionProvider({ children }: { children: ReactNode }): ReactNode {
  const [key, setKey] = useState(storedKey);
  // With another number, the views are rendered anew.
  const [views, setViews] = useState(0);
  const [resumptions, setResumptions] = useState(0);
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const haven = useMemo(
    () => createClient({ url: prefix || '/', fetch: fetchTraced, ...(key !== null && { key }) }),
    [key],
  );
  const caller = useQuery({
    queryKey: ['caller', key],
    queryFn: ({ signal }) => haven.request<Caller>(CALLER, { signal }),
    staleTime: 60_000,
  });
  const signIn = useCallback((next: string | null) => {
    storeKey(next);
    setKey(next);
  }, []);
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
  /** Removes what was read with the key, because the next one may be of another tenant. */
  const dropData = (): void => {
    queries.clear();
    closeNotifications();
  };
  const check = useMutation({
    mutationFn: (next: string) => createClient({ url: prefix || '/', key: next }).request<Caller>(CALLER),
    onSuccess: (found, next) => {
      if (caller.data && hasSameAccess(caller.data, found)) setResumptions((count) => count + 1);
      else {
        dropData();
        setViews((number) => number + 1);
      }
      queries.setQueryData(['caller', next], found);
      signIn(next);
    },
  });
  const entered = storedEntered();
  const isRefused = isUnauthenticated(caller.error);
  const isCovered = isRefused && !entered && caller.data !== undefined;
  useCoveredViews(isCovered);
  useEffect(() => {
    // The views have the next key now, with which they read again.
    if (resumptions > 0) void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'caller' });
  }, [queries, resumptions]);
  const tenant = caller.data?.tenant;
  useEffect(() => {
    if (tenant !== undefined) addShownTenant(tenant);
  }, [tenant]);
  const leave = (): void => {
    if (!entered) return;
    storeEntered(null);
    dropData();
    navigate(`/tenants/${entered.tenant}`);
    signIn(entered.operatorKey);
    revokeEntered(entered);
  };
  if (entered && isEnded(caller.error)) return <EnteredTenantEnded onLeave={leave} />;
  const form = isRefused && (
    <SignIn
      isRefused={key !== null}
      isChecking={check.isPending}
      hasViews={isCovered}
      error={check.error}
      onKey={check.mutate}
    />
  );
  if (caller.data === undefined) {
    if (form) return form;
    const { error, refetch } = caller;
    if (error)
      return (
        <NoSession
          error={error}
          onRetry={() => void refetch()}
          onOtherKey={key === null || entered ? null : () => signIn(null)}
        />
      );
    return <LoadingPage />;
  }
  const session: Session = {
    haven,
    key,
    caller: caller.data,
    may: (scope, collection) => may(caller.data, scope, collection),
    maySee: (collection) => maySee(caller.data, collection),
    signOut: () => {
      for (const shown of shownTenants()) for (const listener of onSignOut) listener(shown);
      clearShownTenants();
      dropData();
      if (entered) {
        storeEntered(null);
        revokeEntered(entered);
      }
      signIn(null);
    },
    enterTenant: (tenant, next) => {
      storeEntered({ tenant, key: next, operatorKey: key });
      dropData();
      signIn(next);
    },
    leaveTenant: entered && leave,
  };
  return (
    <>
      <SessionContext key={views} value={session}>
        <Deferred fallback={<LoadingPage />}>{children}</Deferred>
      </SessionContext>
      {form && (
        <Portal className="cover" reuseTargetNode={false}>
          {form}
        </Portal>
      )}
    </>
  );
}

const CALLER = { method: 'GET', path: '/api/v1/caller' };

/** Whether a key works no longer: it has expired or was revoked, or its tenant was suspended. */
function isEnded(error: unknown): boolean {
  return isUnauthenticated(error) || (error instanceof HavenError && error.code === 'TENANT_SUSPENDED');
}

function LoadingPage(): ReactNode {
  return (
    <FullPage>
      <Loading />
    </FullPage>
  );
}
