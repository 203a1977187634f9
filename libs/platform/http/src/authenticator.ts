import type { DynamicModule, Type } from '@nestjs/common';

import type { Caller } from '@haven/kernel';

/** The parts of a request that tell who calls. */
export interface Credentials {
  headers: Record<string, string | string[] | undefined>;
  traceId: string;
}

/** Tells who calls, from what a request carries. */
export abstract class Authenticator {
  /** Fails with `UNAUTHENTICATED` or `TENANT_SUSPENDED`. Whoever is known already is told without waiting. */
  abstract authenticate(credentials: Credentials): Caller | Promise<Caller>;
}

/** A module that exports an {@link Authenticator}. */
export type AuthenticatorModule = Type | DynamicModule;
