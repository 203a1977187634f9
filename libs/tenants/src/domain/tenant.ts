import { HavenError, invalid, Precondition } from '@haven/kernel';

import { applyQuotaChanges } from './own-quotas.js';
import type { TenantQuotas } from './own-quotas.js';

/**
 * Id of the tenant to which operators, and in open mode callers without a key, belong. It is a valid UUID that no
 * generator produces.
 */
export const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000000';

export type TenantState = 'active' | 'suspended' | 'deleting';

/** A customer of this Haven server, isolated from all other tenants. */
export class Tenant {
  id!: string;
  name!: string;
  state!: TenantState;
  /** Starts at 1 and increases with every change. */
  revision!: number;
  /** Quotas that an operator has set for the tenant. They replace the quotas from the configuration. */
  quotas!: TenantQuotas;
  createdAt!: Date;
  updatedAt!: Date;

  static create(id: string, name: string, now: Date, quotas?: unknown): Tenant {
    return Object.assign(new Tenant(), {
      id,
      name: checkedName(name),
      state: 'active' as const,
      revision: 1,
      quotas: applyQuotaChanges({}, quotas),
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Renames, suspends or resumes the tenant, or changes its quotas. Omitted members stay unchanged. */
  revise(
    changes: { name?: string; suspended?: boolean; quotas?: unknown },
    precondition: Precondition,
    now: Date,
  ): void {
    precondition.check(this.revision);
    if (this.state === 'deleting') throw deleting(this.id);
    const { name, suspended = this.state === 'suspended', quotas } = changes;
    if (suspended) this.refuseForOperators('suspended');
    // The name is checked only if it changes: a tenant that was created before tenants had names is named by its id,
    // which would fail the check.
    if (name !== undefined) this.name = checkedName(name);
    this.quotas = applyQuotaChanges(this.quotas, quotas);
    this.state = suspended ? 'suspended' : 'active';
    this.touch(now);
  }

  /** Marks the tenant for deletion: its credentials are rejected, and its data is removed in the background. */
  delete(precondition: Precondition, now: Date): void {
    precondition.check(this.revision);
    this.refuseForOperators('deleted');
    if (this.state === 'deleting') return;
    this.state = 'deleting';
    this.touch(now);
  }

  private touch(now: Date): void {
    this.revision++;
    this.updatedAt = now;
  }

  private refuseForOperators(what: string): void {
    if (this.id !== DEFAULT_TENANT) return;
    throw invalid('VALIDATION_FAILED', '', `The default tenant belongs to the operators and cannot be ${what}`);
  }
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,99}$/u;

/**
 * The format of a tenant's id. A name in this format is refused, because it could be mistaken for the id of another
 * tenant.
 */
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function checkedName(name: string): string {
  if (NAME.test(name) && !ID.test(name)) return name;
  throw invalid(
    'VALIDATION_FAILED',
    '/name',
    'must be 1 to 100 letters, digits, spaces, ., _, @ or -, start with a letter or digit, and not be a UUID',
  );
}

function deleting(id: string): HavenError {
  return new HavenError('NOT_FOUND', `The tenant ${JSON.stringify(id)} is being deleted.`);
}
