import { Injectable } from '@nestjs/common';

import { HavenConfig, isLoopback } from '@haven/config';
import { Authenticator } from '@haven/http';
import type { Credentials } from '@haven/http';
import { Access, memoize } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { KEY_PREFIX } from '../domain/key-secret.js';
import { DEFAULT_TENANT } from '../domain/tenant.js';
import { bearerOf, unauthenticated } from './bearer.js';
import { KeyAuthenticator } from './key-authenticator.js';
import { TokenAuthenticator } from './token-authenticator.js';

/** Identifies the caller by an API key or a token. In open mode, requests without either are accepted too. */
@Injectable()
export class CompositeAuthenticator extends Authenticator {
  constructor(
    private readonly keys: KeyAuthenticator,
    private readonly tokens: TokenAuthenticator,
    private readonly config: HavenConfig,
  ) {
    super();
  }

  authenticate({ headers, traceId }: Credentials): Caller | Promise<Caller> {
    const token = bearerOf(headers['authorization']);
    if (token === undefined) return this.withoutToken(String(headers['host']), traceId);
    const isKey = token.startsWith(KEY_PREFIX) || this.config.tokens.issuer === undefined;
    return (isKey ? this.keys : this.tokens).authenticate(token, traceId);
  }

  /**
   * Identifies a caller without a key or token, in open mode only. The `Host` header must name this machine: in a DNS
   * rebinding attack, it contains the attacker's host name.
   */
  private withoutToken(host: string, traceId: string): Caller {
    if (!this.config.auth.open)
      throw unauthenticated('An API key or token is required. Send it as "Authorization: Bearer <key or token>".');
    if (!isThisMachine(host))
      throw unauthenticated(`Without a key, the Host header must be localhost; got ${JSON.stringify(host)}.`);
    return { tenantId: DEFAULT_TENANT, actor: 'anonymous', traceId, access: Access.full };
  }
}

/** Maximum number of `Host` headers whose meaning is cached, because parsing one takes long. */
const MAX_HOSTS = 100;

const isThisMachine = memoize((host) => {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname.endsWith('.localhost') || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}, MAX_HOSTS);
