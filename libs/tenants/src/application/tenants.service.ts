import { Injectable } from '@nestjs/common';
import { v7 as uuidv7, validate } from 'uuid';

import { ascending, KeysetPages } from '@haven/api';
import { UnitOfWork } from '@haven/database';
import { notFound } from '@haven/kernel';
import type { Caller, Precondition, Slice, PageRequest } from '@haven/kernel';

import { Tenant } from '../domain/tenant.js';
import { TenantsRepository } from '../domain/tenants.repository.js';
import { CallerView } from './caller.contract.js';
import { CredentialInvalidation } from './credential-invalidation.js';
import { TenantView } from './tenants.contract.js';
import type { NewTenantInput, TenantChangesInput } from './tenants.contract.js';

/** Creates, reads, changes and deletes tenants, for operators. Describes each caller to itself. */
@Injectable()
export class TenantsService {
  constructor(
    private readonly tenants: TenantsRepository,
    private readonly uow: UnitOfWork,
    private readonly invalidation: CredentialInvalidation,
    private readonly pages: KeysetPages,
  ) {}

  /** Creates a tenant. Fails with `ALREADY_EXISTS` if the name is taken. */
  create(caller: Caller, { name, quotas }: NewTenantInput): Promise<TenantView> {
    caller.access.requireScope('operator');
    const tenant = Tenant.create(uuidv7(), name, new Date(), quotas);
    return this.uow.run(caller, async () => {
      await this.tenants.add(tenant);
      return new TenantView(tenant);
    });
  }

  /** Returns who the caller is, and what it may do. */
  describe(caller: Caller): Promise<CallerView> {
    return this.uow.run(caller, async () => new CallerView(caller, await this.tenants.find(caller.tenantId)));
  }

  get(caller: Caller, id: string): Promise<TenantView> {
    caller.access.requireScope('operator');
    return this.uow.run(caller, async () => {
      const tenant = await this.tenants.find(tenantId(id));
      if (!tenant) throw notFound('tenant', id);
      return new TenantView(tenant);
    });
  }

  /** Lists all tenants in the order of their creation. */
  list(caller: Caller, page: PageRequest): Promise<Slice<TenantView>> {
    caller.access.requireScope('operator');
    return this.pages.page(page, {
      binding: 'tenants',
      keyOf: ({ id }: Tenant) => [id],
      compare: ascending,
      read: ({ beyond, ...range }) => this.uow.run(caller, () => this.tenants.list({ beyond: beyond?.[0], ...range })),
      view: (tenant) => new TenantView(tenant),
      count: () => this.uow.run(caller, () => this.tenants.count()),
    });
  }

  /** Renames, suspends or resumes a tenant, or changes its quotas. */
  change(caller: Caller, id: string, input: TenantChangesInput, precondition: Precondition): Promise<TenantView> {
    caller.access.requireScope('operator');
    return this.revise(caller, id, (tenant) => tenant.revise(input, precondition, new Date()));
  }

  /** Rejects the tenant's keys and tokens from now on, and removes its data in the background. */
  delete(caller: Caller, id: string, precondition: Precondition): Promise<TenantView> {
    caller.access.requireScope('operator');
    return this.revise(caller, id, (tenant) => tenant.delete(precondition, new Date()));
  }

  private revise(caller: Caller, id: string, change: (tenant: Tenant) => void): Promise<TenantView> {
    return this.uow.run(caller, async () => {
      const tenant = await this.tenants.find(tenantId(id));
      if (!tenant) throw notFound('tenant', id);
      const before = tenant.revision;
      change(tenant);
      if (tenant.revision === before) return new TenantView(tenant);
      await this.tenants.store(tenant, before);
      await this.invalidation.publish(caller, tenant.id);
      return new TenantView(tenant);
    });
  }
}

/** Returns the id as it is stored, in lower case. Fails with `NOT_FOUND` if it is not a UUID. */
export function tenantId(id: string): string {
  if (!validate(id)) throw notFound('tenant', id);
  return id.toLowerCase();
}
