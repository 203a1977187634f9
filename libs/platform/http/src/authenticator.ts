import type { DynamicModule, Type } from '@nestjs/common';

import type { Caller } from '@haven/kernel';

/** The parts of a request that identify the caller. */
export interface Credentials {
  headers: Record<string, string | string[] | undefined>;
  traceId: string;
}

/** Identifies the caller of a request. */
export abstract class Authenticator {
  /** Throws `UNAUTHENTICATED` or `TENANT_SUSPENDED`. Returns the caller without a promise if it is already known. */
  abstract authenticate(credentials: Credentials): Caller | Promise<Caller>;
}

/** A module that exports an {@link Authenticator}. */
export type AuthenticatorModule = Type | DynamicModule;
