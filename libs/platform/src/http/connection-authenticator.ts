import type { Caller } from '@haven/kernel';

/** What the request that opens a connection, or its first message, says about who opens it. */
export interface ConnectionCredentials {
  headers: Record<string, string | string[] | undefined>;
  traceId: string;
}

/** Tells who opens a connection, before anything is asked over it. The module that knows credentials provides it. */
export abstract class ConnectionAuthenticator {
  abstract authenticate(credentials: ConnectionCredentials): Promise<Caller>;
}
