/** What a mapping of TypeORM adds to an entity that is a tenant's, so that its statements can ask for the tenant (ADR 25). */
export interface TenantScoped {
  readonly tenantId: string;
}

/** The column of a {@link TenantScoped} mapping. It is asked for, and neither read nor written: PostgreSQL fills it from the transaction. */
export const TENANT_ID = {
  type: 'uuid',
  name: 'tenant_id',
  select: false,
  insert: false,
  update: false,
} as const;
