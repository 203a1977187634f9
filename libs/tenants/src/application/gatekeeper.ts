import { Inject, Injectable } from '@nestjs/common';

import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { Authenticator, HavenConfig } from '@haven/platform';
import type { Credentials } from '@haven/platform';

import { KEY_PREFIX } from '../domain/key-secret.js';
import { DEFAULT_TENANT } from '../domain/tenant.js';
import { bearerOf, unauthenticated } from './bearer.js';
import { KeyAuthenticator } from './key-authenticator.js';
import { TokenAuthenticator } from './token-authenticator.js';

/** Tells who calls: by an API key, by a token, or in the open mode by nothing at all. */
@Injectable()
export class Gatekeeper extends Authenticator {
  constructor(
    private readonly keys: KeyAuthenticator,
    private readonly tokens: TokenAuthenticator,
    @Inject(HavenConfig) private readonly config: HavenConfig,
  ) {
    super();
  }

  authenticate({ headers, traceId }: Credentials): Caller | Promise<Caller> {
    const token = bearerOf(headers['authorization']);
    if (token === undefined) return this.withoutToken(traceId);
    const isKey = token.startsWith(KEY_PREFIX) || this.config.tokens.issuer === undefined;
    return (isKey ? this.keys : this.tokens).authenticate(token, traceId);
  }

  private withoutToken(traceId: string): Caller {
    if (!this.config.auth.open) throw unauthenticated('An API key or token is needed: Authorization: Bearer …');
    return { tenantId: DEFAULT_TENANT, actor: 'anonymous', traceId, access: Access.full };
  }
}
