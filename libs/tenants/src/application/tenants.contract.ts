import { Float, ID, Int } from '@nestjs/graphql';
import { Allow, IsBoolean, IsString } from 'class-validator';

import { DateTime, Expose, Input, Output } from '@haven/api';

import type { Tenant } from '../domain/tenant.js';

const NAME =
  'Unique; 1 to 100 letters, digits, spaces, `.`, `_`, `@` and `-`, beginning with a letter or digit. For operators.';

const QUOTAS =
  'What it may have where that is not as configured (`quotas.*`): 0 is no limit, null is as configured. The change of one leaves the others.';

const AMOUNT = { as: Float, nullable: true, schema: { type: 'integer', minimum: 0 } };

/** What a tenant may have. */
@Input('TenantQuotasInput', 'What a tenant may have.')
export class TenantQuotasInput {
  @Expose('Collections.', { ...AMOUNT, optional: true })
  collections?: number | null;

  @Expose('Records that live.', { ...AMOUNT, optional: true })
  records?: number | null;

  @Expose('Bytes of all kept versions of its records.', { ...AMOUNT, optional: true })
  bytes?: number | null;

  @Expose('API keys that are not revoked.', { ...AMOUNT, optional: true })
  keys?: number | null;
}

/** What an operator has set for a tenant. */
@Output('TenantQuotas', 'What was set for a tenant: 0 is no limit, null is as configured.')
export class TenantQuotasView {
  @Expose('Collections.', AMOUNT)
  collections: number | null;

  @Expose('Records that live.', AMOUNT)
  records: number | null;

  @Expose('Bytes of all kept versions of its records.', AMOUNT)
  bytes: number | null;

  @Expose('API keys that are not revoked.', AMOUNT)
  keys: number | null;

  constructor({ collections, records, bytes, keys }: Tenant['quotas']) {
    this.collections = collections ?? null;
    this.records = records ?? null;
    this.bytes = bytes ?? null;
    this.keys = keys ?? null;
  }
}

/** A new tenant. */
@Input('NewTenant', 'A tenant to be made.')
export class NewTenantInput {
  @Expose(NAME, { schema: { example: 'Acme' } })
  @IsString()
  name!: string;

  @Expose(QUOTAS, { as: TenantQuotasInput, optional: true })
  @Allow()
  quotas?: TenantQuotasInput;
}

/** What may be changed about a tenant. */
@Input('TenantChanges', 'What may be changed about a tenant. Left out: as it is.')
export class TenantChangesInput {
  @Expose(NAME, { optional: true })
  @IsString()
  name?: string;

  @Expose('Whether its keys and tokens are refused with `TENANT_SUSPENDED`; its data is kept.', { optional: true })
  @IsBoolean()
  suspended?: boolean;

  @Expose(QUOTAS, { as: TenantQuotasInput, optional: true })
  @Allow()
  quotas?: TenantQuotasInput;
}

/** A tenant as both doors show it to operators. */
@Output('Tenant', 'An isolated customer of this Haven.')
export class TenantView {
  @Expose('UUID, version 7.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose('Its name, for operators.')
  name: string;

  @Expose('`active`; `suspended`; or `deleting`, until all that it had is removed and it is no longer found.', {
    schema: { enum: ['active', 'suspended', 'deleting'] },
  })
  state: string;

  @Expose('1, 2, 3 …: grows with every change; the ETag.', { as: Int })
  revision: number;

  @Expose('What it may have where that is not as configured.', { as: TenantQuotasView })
  quotas: TenantQuotasView;

  @Expose('When it was made.', { as: DateTime })
  createdAt: string;

  @Expose('When it last changed.', { as: DateTime })
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
