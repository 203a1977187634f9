import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';

import { HavenError } from 'haven-records';

import { may, maySee } from './caller.js';
import { EnteredTenantEnded } from './entered-tenant-ended.js';
import { LoadingPage } from './loading-page.js';
import { NoSession } from './no-session.js';
import { isUnauthenticated } from './own-requests.js';
import { SessionViews } from './session-views.js';
import { SignIn } from './sign-in.js';
import { storedKey, storeKey } from './stored-key.js';
import { useCaller } from './use-caller.js';
import { useCoveredViews } from './use-covered-views.js';
import { useKeyCheck } from './use-key-check.js';
import { useSessionChanges } from './use-session-changes.js';

/**
 * Lets the user sign in if the server needs a key, and then shows `children`. If the key is refused later, the sign-in
 * covers them. They stay as they are if the next key has the same tenant and rights, so that no input is lost.
 */
export function SessionProvider({ children }: { children: ReactNode }): ReactNode {
  const [key, setKey] = useState(storedKey);
  const changeKey = useCallback((next: string | null) => {
    storeKey(next);
    setKey(next);
  }, []);
  const { haven, caller } = useCaller(key);
  const { check, views } = useKeyCheck(caller.data, changeKey);
  const changes = useSessionChanges(key, changeKey);
  const { leaveTenant } = changes;
  const { data, error, refetch } = caller;
  const isRefused = isUnauthenticated(error);
  const isCovered = isRefused && !leaveTenant && data !== undefined;
  useCoveredViews(isCovered);

  if (leaveTenant && isEnded(error)) return <EnteredTenantEnded onLeave={leaveTenant} />;
  const form = isRefused && (
    <SignIn
      isRefused={key !== null}
      isChecking={check.isPending}
      hasViews={isCovered}
      error={check.error}
      onKey={check.mutate}
    />
  );
  if (data)
    return (
      <SessionViews
        key={views}
        session={{
          haven,
          key,
          caller: data,
          may: (scope, collection) => may(data, scope, collection),
          maySee: (collection) => maySee(data, collection),
          ...changes,
        }}
        cover={form}
      >
        {children}
      </SessionViews>
    );
  if (form) return form;
  if (error)
    return (
      <NoSession
        error={error}
        onRetry={() => void refetch()}
        onOtherKey={key === null || leaveTenant ? null : () => changeKey(null)}
      />
    );
  return <LoadingPage />;
}

/** Whether a key works no longer: it has expired or was revoked, or its tenant was suspended. */
function isEnded(error: unknown): boolean {
  return isUnauthenticated(error) || (error instanceof HavenError && error.code === 'TENANT_SUSPENDED');
}
