import { Injectable } from '@nestjs/common';

import { ascending, KeysetPages } from '@haven/api';
import { UnitOfWork } from '@haven/database';
import { invalid, notFound } from '@haven/kernel';
import type { Caller, Slice, PageRequest } from '@haven/kernel';
import { Quotas } from '@haven/usage';

import { ApiKey, checkGrant } from '../domain/api-key.js';
import { ApiKeysRepository } from '../domain/api-keys.repository.js';
import { hashSecret, newKeyId, newKeySecret, printKey } from '../domain/key-secret.js';
import { TenantsRepository } from '../domain/tenants.repository.js';
import { CredentialInvalidation } from './credential-invalidation.js';
import { ApiKeyView, IssuedApiKeyView } from './api-keys.contract.js';
import type { KeyRotationInput, NewApiKeyInput } from './api-keys.contract.js';
import { tenantId } from './tenants.service.js';

/** Manages API keys. Operators can manage the keys of any tenant, other callers only those of their own tenant. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly tenants: TenantsRepository,
    private readonly uow: UnitOfWork,
    private readonly invalidation: CredentialInvalidation,
    private readonly quotas: Quotas,
    private readonly pages: KeysetPages,
  ) {}

  /**
   * Creates a key that is valid immediately. Fails with `FORBIDDEN` if it would grant a scope that the caller does not
   * hold.
   */
  create(caller: Caller, input: NewApiKeyInput): Promise<IssuedApiKeyView> {
    return this.inTenant(caller, input.tenant, async (tenant) => {
      const now = new Date();
      const { name, scopes, collections = null } = input;
      const expiresAt = input.expiresAt == null ? null : expiryOf(input.expiresAt, now);
      checkGrant(caller.access, scopes, tenant);
      const key = ApiKey.create(newKeyId(), { name, scopes, collections, expiresAt }, now);
      const secret = newKeySecret();
      await this.quotas.requireOneMore(caller, tenant, 'keys');
      await this.keys.add(tenant, key, hashSecret(secret));
      return new IssuedApiKeyView(key, printKey({ id: key.id, secret }));
    });
  }

  get(caller: Caller, id: string, of?: string): Promise<ApiKeyView> {
    return this.inTenant(caller, of, async (tenant) => {
      const key = await this.keys.find(tenant, id);
      if (!key) throw notFound('API key', id);
      return new ApiKeyView(key);
    });
  }

  /** Lists the keys of a tenant, oldest first, including revoked ones. */
  list(caller: Caller, page: PageRequest, of?: string): Promise<Slice<ApiKeyView>> {
    return this.inTenant(caller, of, async (tenant) =>
      this.pages.page(page, {
        binding: `${tenant}/api-keys`,
        keyOf: ({ createdAt, id }: ApiKey) => [createdAt.toISOString(), id],
        compare: ascending,
        read: ({ beyond: [createdAt, id] = [], ...range }) => {
          const beyond = createdAt !== undefined && id !== undefined ? { createdAt, id } : undefined;
          return this.keys.list(tenant, { beyond, ...range });
        },
        view: (key) => new ApiKeyView(key),
        count: () => this.uow.run(caller, () => this.keys.count(tenant)),
      }),
    );
  }

  /** Revokes the key. Within a second every process rejects it and closes the connections that it opened. */
  revoke(caller: Caller, id: string, of?: string): Promise<void> {
    return this.inTenant(caller, of, async (tenant) => {
      const known = await this.keys.find(tenant, id);
      if (!known) throw notFound('API key', id);
      checkGrant(caller.access, known.scopes, tenant); // otherwise a non-operator could revoke the last operator key
      if (await this.keys.revoke(tenant, id)) await this.invalidation.publish(caller, id);
    });
  }

  /** Gives the key a new secret; the previous one stays valid for `overlapSeconds`. */
  rotate(caller: Caller, id: string, { overlapSeconds, tenant: of }: KeyRotationInput): Promise<IssuedApiKeyView> {
    return this.inTenant(caller, of, async (tenant) => {
      const known = await this.keys.find(tenant, id);
      if (!known) throw notFound('API key', id);
      checkGrant(caller.access, known.scopes, tenant); // the caller gets the new secret, and with it these scopes
      const secret = newKeySecret();
      const until = new Date(Date.now() + overlapSeconds * 1_000);
      const key = await this.keys.rotate(tenant, id, hashSecret(secret), until);
      if (!key) throw notFound('API key', id);
      await this.invalidation.publish(caller, id);
      return new IssuedApiKeyView(key, printKey({ id, secret }));
    });
  }

  /**
   * Runs `work` in a transaction for the tenant `of`, by default the caller's own. Only operators can name another
   * tenant, which must exist.
   */
  private inTenant<T>(caller: Caller, of: string | undefined, work: (tenant: string) => Promise<T>): Promise<T> {
    const { access } = caller;
    access.requireScope(access.scopes.has('operator') ? 'operator' : 'keys:write');
    const tenant = of === undefined ? caller.tenantId : tenantId(of);
    return this.uow.run(caller, async () => {
      if (tenant === caller.tenantId) return work(tenant);
      const known = access.scopes.has('operator') ? await this.tenants.find(tenant) : null;
      if (!known || known.state === 'deleting') throw notFound('tenant', tenant);
      return work(tenant);
    });
  }
}

/** The last time that RFC 3339 can express; its years have four digits. */
const LATEST = new Date('9999-12-31T23:59:59.999Z');

/** Returns when a key expires. ISO 8601 also has weeks and longer years, which the contract of the input accepts. */
function expiryOf(text: string, now: Date): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time > LATEST)
    throw invalid('VALIDATION_FAILED', '/expiresAt', 'must be an RFC 3339 date-time, such as 2030-01-31T12:00:00Z');
  if (time <= now) throw invalid('VALIDATION_FAILED', '/expiresAt', 'must be in the future');
  return time;
}
