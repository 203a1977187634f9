import { Injectable } from '@nestjs/common';

import { KeysetPages } from '@haven/api';
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

/** The use cases of API keys: of one's own tenant, and for operators of any. */
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

  /** Makes a key, good at once; what the caller may not do itself it can not allow (`FORBIDDEN`). */
  create(caller: Caller, input: NewApiKeyInput): Promise<IssuedApiKeyView> {
    return this.in(caller, input.tenant, async (tenant) => {
      const now = new Date();
      const { name, scopes, collections = null } = input;
      const expiresAt = input.expiresAt == null ? null : new Date(input.expiresAt);
      if (expiresAt !== null && expiresAt <= now)
        throw invalid('VALIDATION_FAILED', '/expiresAt', 'must lie in the future');
      checkGrant(caller.access, scopes, tenant);
      const key = ApiKey.create(newKeyId(), { name, scopes, collections, expiresAt }, now);
      const secret = newKeySecret();
      await this.quotas.demandOne(caller, tenant, 'keys');
      await this.keys.add(tenant, key, hashSecret(secret));
      return new IssuedApiKeyView(key, printKey({ id: key.id, secret }));
    });
  }

  get(caller: Caller, id: string, of?: string): Promise<ApiKeyView> {
    return this.in(caller, of, async (tenant) => {
      const key = await this.keys.find(tenant, id);
      if (!key) throw notFound('API key', id);
      return new ApiKeyView(key);
    });
  }

  /** The keys of a tenant, oldest first, revoked ones included. */
  list(caller: Caller, page: PageRequest, of?: string): Promise<Slice<ApiKeyView>> {
    return this.in(caller, of, async (tenant) =>
      this.pages.page(page, {
        binding: `${tenant}/api-keys`,
        keyOf: ({ createdAt, id }: ApiKey) => [createdAt.toISOString(), id],
        read: ([createdAt = '-infinity', id = ''] = [], limit) => this.keys.list(tenant, { createdAt, id }, limit),
        view: (key) => new ApiKeyView(key),
        count: () => this.uow.run(caller, () => this.keys.count(tenant)),
      }),
    );
  }

  /** From now on the key is refused, everywhere within a second; what it has opened is closed. */
  revoke(caller: Caller, id: string, of?: string): Promise<void> {
    return this.in(caller, of, async (tenant) => {
      const known = await this.keys.find(tenant, id);
      if (!known) throw notFound('API key', id);
      checkGrant(caller.access, known.scopes, tenant); // else the last key of an operator could go by the hand of another
      if (await this.keys.revoke(tenant, id)) await this.invalidation.publish(caller, id);
    });
  }

  /** Gives the key another secret; the one before stays good for the overlap. */
  rotate(caller: Caller, id: string, { overlapSeconds, tenant: of }: KeyRotationInput): Promise<IssuedApiKeyView> {
    return this.in(caller, of, async (tenant) => {
      const known = await this.keys.find(tenant, id);
      if (!known) throw notFound('API key', id);
      checkGrant(caller.access, known.scopes, tenant); // whoever rotates a key can use it
      const secret = newKeySecret();
      const until = new Date(Date.now() + overlapSeconds * 1_000);
      const key = await this.keys.rotate(tenant, id, hashSecret(secret), until);
      if (!key) throw notFound('API key', id);
      await this.invalidation.publish(caller, id);
      return new IssuedApiKeyView(key, printKey({ id, secret }));
    });
  }

  /** In the tenant that is meant: only operators may mean another than their own, and only one that there is. */
  private in<T>(caller: Caller, of: string | undefined, work: (tenant: string) => Promise<T>): Promise<T> {
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
