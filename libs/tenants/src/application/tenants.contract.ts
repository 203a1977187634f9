import { Float, ID, Int } from '@nestjs/graphql';
import { Allow, IsBoolean, IsString } from 'class-validator';

import { DateTime, Expose, Input, Output } from '@haven/api';

import type { Tenant } from '../domain/tenant.js';

const NAME =
  'Unique name, shown to operators: 1 to 100 letters, digits, spaces, `.`, `_`, `@` or `-`, starting with a letter or digit.';

const QUOTAS =
  'Quotas that replace the configured ones (`quotas.*`) for this tenant: 0 means unlimited, null means as configured. ' +
  'Omitted quotas stay unchanged.';

const COLLECTIONS = 'Maximum number of collections.';
const RECORDS = 'Maximum number of records, not counting deleted ones.';
const BYTES = 'Maximum size of all stored versions of its records, in bytes.';
const KEYS = 'Maximum number of API keys that are not revoked.';
const INDEXES = 'Maximum number of indexes that its collections declare together.';

const AMOUNT = { as: Float, nullable: true, schema: { type: 'integer', minimum: 0 } };

@Input('TenantQuotasInput', 'Quotas to set for a tenant.')
export class TenantQuotasInput {
  @Expose(COLLECTIONS, { ...AMOUNT, optional: true })
  collections?: number | null;

  @Expose(RECORDS, { ...AMOUNT, optional: true })
  records?: number | null;

  @Expose(BYTES, { ...AMOUNT, optional: true })
  bytes?: number | null;

  @Expose(KEYS, { ...AMOUNT, optional: true })
  keys?: number | null;

  @Expose(INDEXES, { ...AMOUNT, optional: true })
  indexes?: number | null;
}

@Output('TenantQuotas', 'Quotas that an operator has set for a tenant: 0 means unlimited, null means as configured.')
export class TenantQuotasView {
  @Expose(COLLECTIONS, AMOUNT)
  collections: number | null;

  @Expose(RECORDS, AMOUNT)
  records: number | null;

  @Expose(BYTES, AMOUNT)
  bytes: number | null;

  @Expose(KEYS, AMOUNT)
  keys: number | null;

  @Expose(INDEXES, AMOUNT)
  indexes: number | null;

  constructor({ collections, records, bytes, keys, indexes }: Tenant['quotas']) {
    this.collections = collections ?? null;
    this.records = records ?? null;
    this.bytes = bytes ?? null;
    this.keys = keys ?? null;
    this.indexes = indexes ?? null;
  }
}

@Input('NewTenant', 'A tenant to create.')
export class NewTenantInput {
  @Expose(NAME, { schema: { example: 'Acme' } })
  @IsString()
  name!: string;

  @Expose(QUOTAS, { as: TenantQuotasInput, optional: true })
  @Allow()
  quotas?: TenantQuotasInput;
}

@Input('TenantChanges', 'Changes to a tenant. Omitted members stay unchanged.')
export class TenantChangesInput {
  @Expose(NAME, { optional: true })
  @IsString()
  name?: string;

  @Expose('Whether to reject its keys and tokens with `TENANT_SUSPENDED`. Its data is kept.', { optional: true })
  @IsBoolean()
  suspended?: boolean;

  @Expose(QUOTAS, { as: TenantQuotasInput, optional: true })
  @Allow()
  quotas?: TenantQuotasInput;
}

/** A tenant as both APIs return it to operators. */
@Output('Tenant', 'A customer of this Haven server, isolated from all other tenants.')
export class TenantView {
  @Expose('UUID, version 7.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose('Name, shown to operators.')
  name: string;

  @Expose('`active`, `suspended`, or `deleting` until all its data is removed and the tenant no longer exists.', {
    schema: { enum: ['active', 'suspended', 'deleting'] },
  })
  state: string;

  @Expose('Revision number: starts at 1 and increases with every change. It is also the ETag.', {
    as: Int,
    schema: { minimum: 1 },
  })
  revision: number;

  @Expose('Quotas that replace the configured ones for this tenant.', { as: TenantQuotasView })
  quotas: TenantQuotasView;

  @Expose('When the tenant was created.', { as: DateTime })
  createdAt: string;

  @Expose('When the tenant last changed.', { as: DateTime })
  updatedAt: string;

  constructor(tenant: Tenant) {
    this.id = tenant.id;
    this.name = tenant.name;
    this.state = tenant.state;
    this.revision = tenant.revision;
    this.quotas = new TenantQuotasView(tenant.quotas);
    this.createdAt = tenant.createdAt.toISOString();
    this.updatedAt = tenant.updatedAt.toISOString();
  }
}
