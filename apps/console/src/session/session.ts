import { createContext, use } from 'react';

import type { AnySchema, HavenClient } from 'haven-records';

import type { Caller } from './caller.js';

/** The key and the caller of this tab, with which views send requests. */
export interface Session {
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

export const SessionContext = createContext<Session | null>(null);

/** Returns the session of this tab. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('There is no session.');
  return session;
}
