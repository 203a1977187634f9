import { Injectable } from '@nestjs/common';

import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { DEFAULT_TENANT } from '../domain/tenant.js';

/** The parts of a request that tell who calls. */
export interface Credentials {
  headers: Record<string, string | string[] | undefined>;
  traceId: string;
}

/** Tells who calls, from what a request carries. */
export abstract class Authenticator {
  abstract authenticate(credentials: Credentials): Promise<Caller>;
}

/** Everybody is the default tenant; the configuration admits this on loopback alone. */
@Injectable()
export class OpenAuthenticator extends Authenticator {
  async authenticate({ traceId }: Credentials): Promise<Caller> {
    return { tenantId: DEFAULT_TENANT, actor: 'anonymous', traceId, access: Access.full };
  }
}
