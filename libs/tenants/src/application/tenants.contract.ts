import { ID, Int } from '@nestjs/graphql';
import { IsBoolean, IsString } from 'class-validator';

import { DateTime, Expose, Input, Output } from '@haven/platform';

import type { Tenant } from '../domain/tenant.js';

const NAME =
  'Unique; 1 to 100 letters, digits, spaces, `.`, `_`, `@` and `-`, beginning with a letter or digit. For operators.';

/** A new tenant. */
@Input('NewTenant', 'A tenant to be made.')
export class NewTenantInput {
  @Expose(NAME, { schema: { example: 'Acme' } })
  @IsString()
  name!: string;
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

  @Expose('When it was made.', { as: DateTime })
  createdAt: string;

  @Expose('When it last changed.', { as: DateTime })
  updatedAt: string;

  constructor(tenant: Tenant) {
    this.id = tenant.id;
    this.name = tenant.name;
    this.state = tenant.state;
    this.revision = tenant.revision;
    this.createdAt = tenant.createdAt.toISOString();
    this.updatedAt = tenant.updatedAt.toISOString();
  }
}
