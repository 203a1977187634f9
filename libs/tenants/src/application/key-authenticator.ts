import { timingSafeEqual } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { Access, HavenError, mapMaybeAsync } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { CredentialCache } from '../domain/credential-cache.js';
import type { MaybeAsync, Cached, CachedKey, CachedTenant } from '../domain/credential-cache.js';
import { hashSecret, parseKey } from '../domain/key-secret.js';
import { assertTenantActive } from './assert-tenant-active.js';
import { unauthenticated } from './bearer.js';
import { LastUsedTracker } from './last-used-tracker.js';
import { expirySignal } from './expiry-signal.js';
import { DEFAULT_TENANT } from '../domain/tenant.js';

/** Authenticates callers by API key. A cached key needs no query. */
@Injectable()
export class KeyAuthenticator {
  private readonly configured: Cached<CachedKey> | undefined;

  constructor(
    private readonly credentials: CredentialCache,
    private readonly lastUsed: LastUsedTracker,
    config: HavenConfig,
  ) {
    this.configured = operatorKey(config);
  }

  authenticate(token: string, traceId: string): Caller | Promise<Caller> {
    const parts = parseKey(token);
    if (!parts) throw invalidKey();
    return mapMaybeAsync(this.keyOf(parts.id), (key) => {
      if (!key || validUntil(key.value, parts.secret) > 0) return this.accept(key, parts.secret, traceId);
      if (key === this.configured) throw invalidKey();
      const reloaded = this.credentials.reloadKey(parts.id); // another process may have just rotated it
      return mapMaybeAsync(reloaded, (current) => this.accept(current, parts.secret, traceId));
    });
  }

  private accept(key: Cached<CachedKey> | undefined, secret: string, traceId: string): Caller | Promise<Caller> {
    const until = key ? validUntil(key.value, secret) : 0;
    if (!key || until <= Date.now()) throw invalidKey();
    return mapMaybeAsync(this.credentials.tenant(key.value.tenantId), (tenant) => {
      const caller = callerOfKey(key, assertTenantActive(tenant, invalidKey), until, traceId);
      this.lastUsed.record(key.value);
      return caller;
    });
  }

  private keyOf(id: string): MaybeAsync<CachedKey> {
    return this.configured?.value.id === id ? this.configured : this.credentials.key(id);
  }
}

/**
 * Returns the time until which the secret is valid for the key, or 0 if the secret is wrong. Takes the same time for
 * every secret, so that the time reveals nothing about the right one.
 */
function validUntil(key: CachedKey, secret: string): number {
  const hash = hashSecret(secret);
  const isCurrent = timingSafeEqual(hash, key.hash);
  const isPrevious = timingSafeEqual(hash, key.previousHash ?? key.hash);
  if (isCurrent) return key.expiresAt;
  return isPrevious ? Math.min(key.previousUntil, key.expiresAt) : 0;
}

function callerOfKey(key: Cached<CachedKey>, tenant: Cached<CachedTenant>, until: number, traceId: string): Caller {
  const { id, access } = key.value;
  return {
    tenantId: tenant.value.id,
    actor: `key:${id}`,
    traceId,
    access,
    abortSignal: (connection) => expirySignal(connection, [key.expired, tenant.expired], until),
  };
}

function invalidKey(): HavenError {
  return unauthenticated('The API key is unknown, revoked or has expired.', 'invalid_token');
}

/** Returns the operator key from the configuration. It has all scopes, and is not stored in the database. */
function operatorKey({ auth }: HavenConfig): Cached<CachedKey> | undefined {
  const parts = auth.operatorKey === undefined ? undefined : parseKey(auth.operatorKey);
  if (!parts) return undefined;
  const value = {
    id: parts.id,
    tenantId: DEFAULT_TENANT,
    access: Access.full,
    hash: hashSecret(parts.secret),
    previousHash: null,
    previousUntil: 0,
    expiresAt: Infinity,
    usedAt: Infinity,
  };
  return { value, expired: new AbortController().signal };
}
