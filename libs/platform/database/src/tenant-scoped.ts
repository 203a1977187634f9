/** Property that TypeORM mappings add to entities of a tenant, so that queries can filter by tenant (ADR 25). */
export interface TenantScoped {
  readonly tenantId: string;
}

/**
 * Column of a {@link TenantScoped} mapping. TypeORM uses it only in conditions and neither reads nor writes it: the
 * column's default is the tenant that is set in the transaction.
 */
export const TENANT_ID = {
  type: 'uuid',
  name: 'tenant_id',
  select: false,
  insert: false,
  update: false,
} as const;
