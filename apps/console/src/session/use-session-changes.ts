import { useLocation } from 'wouter';

import { storedEntered, storeEntered } from './entered-tenant.js';
import { revokeEntered } from './revoke-entered.js';
import type { Session } from './session.js';
import { signOutOfTenants } from './shown-tenants.js';
import { useDropData } from './use-drop-data.js';

/** Returns the functions that end the session of a key, or continue it in another tenant. */
export function useSessionChanges(
  key: string | null,
  onKey: (key: string | null) => void,
): Pick<Session, 'signOut' | 'enterTenant' | 'leaveTenant'> {
  const dropData = useDropData();
  const [, navigate] = useLocation();
  const entered = storedEntered();
  return {
    signOut: () => {
      signOutOfTenants();
      dropData();
      if (entered) {
        storeEntered(null);
        revokeEntered(entered);
      }
      onKey(null);
    },
    enterTenant: (tenant, next) => {
      storeEntered({ tenant, key: next, operatorKey: key });
      dropData();
      onKey(next);
    },
    leaveTenant:
      entered &&
      (() => {
        storeEntered(null);
        dropData();
        navigate(`/tenants/${entered.tenant}`);
        onKey(entered.operatorKey);
        revokeEntered(entered);
      }),
  };
}
