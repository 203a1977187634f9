import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { mapMaybeAsync } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { CredentialCache } from '../domain/credential-cache.js';
import type { Cached, CachedTenant } from '../domain/credential-cache.js';
import { DEFAULT_TENANT } from '../domain/tenant.js';
import { assertTenantActive } from './assert-tenant-active.js';
import { refusedToken, TokenVerifier } from './token-verifier.js';
import type { VerifiedToken } from './token-verifier.js';
import { expirySignal } from './expiry-signal.js';

const MAX_CACHED_TOKENS = 10_000;
/**
 * Maximum length of a token, in characters. No identity provider issues longer tokens, so a longer one is refused
 * without being parsed.
 */
const MAX_LENGTH = 8_192;

/**
 * Authenticates callers by a token from the identity provider. The signature of a cached token is not verified again.
 */
@Injectable()
export class TokenAuthenticator {
  /**
   * Verified claims by the hash of their token. The tokens themselves are not kept in memory, where an attacker could
   * find valid ones.
   */
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: MAX_CACHED_TOKENS });

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly credentials: CredentialCache,
  ) {}

  authenticate(token: string, traceId: string): Caller | Promise<Caller> {
    if (token.length > MAX_LENGTH) throw refusedToken(`The token is longer than ${MAX_LENGTH} characters.`);
    return mapMaybeAsync(this.verify(token), (verified) =>
      mapMaybeAsync(this.credentials.tenant(verified.tenant), (tenant) =>
        callerOfToken(verified, assertTenantActive(tenant, unknownTenant), traceId),
      ),
    );
  }

  private verify(token: string): VerifiedToken | Promise<VerifiedToken> {
    const name = hash('sha256', token, 'base64');
    const known = this.verified.get(name);
    if (known && known.until > Date.now() && !known.over.aborted) return known;
    this.verified.delete(name);
    return this.verifier.verify(token).then((verified) => {
      this.verified.set(name, verified);
      return verified;
    });
  }
}

function callerOfToken(token: VerifiedToken, tenant: Cached<CachedTenant>, traceId: string): Caller {
  const { id } = tenant.value;
  return {
    tenantId: id,
    actor: token.actor,
    traceId,
    access: id === DEFAULT_TENANT ? token.accessOfOperators : token.access,
    abortSignal: (connection) => expirySignal(connection, [token.over, tenant.expired], token.until),
  };
}

function unknownTenant() {
  return refusedToken('The tenant that the token names does not exist.');
}
