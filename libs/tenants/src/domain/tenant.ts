import { HavenError, invalid, Precondition } from '@haven/kernel';

import { changed } from './own-quotas.js';
import type { TenantQuotas } from './own-quotas.js';

/** The tenant of whoever is let in without a key, and of the operators; a valid UUID that no generator makes. */
export const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000000';

export type TenantState = 'active' | 'suspended' | 'deleting';

/** An isolated customer of this Haven. */
export class Tenant {
  id!: string;
  name!: string;
  state!: TenantState;
  /** 1, 2, 3 …: grows with every change. */
  revision!: number;
  /** What it may have where that is not as configured. */
  quotas!: TenantQuotas;
  createdAt!: Date;
  updatedAt!: Date;

  static create(id: string, name: string, now: Date, quotas?: unknown): Tenant {
    return Object.assign(new Tenant(), {
      id,
      name: checkedName(name),
      state: 'active' as const,
      revision: 1,
      quotas: changed({}, quotas),
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Renames, suspends or lets go on; what is left out stays as it is. */
  revise(
    changes: { name?: string; suspended?: boolean; quotas?: unknown },
    precondition: Precondition,
    now: Date,
  ): void {
    precondition.check(this.revision);
    if (this.state === 'deleting') throw deleting(this.id);
    const { name, suspended = this.state === 'suspended', quotas } = changes;
    if (suspended) this.refuseForOperators('suspended');
    if (name !== undefined) this.name = checkedName(name); // one from before tenants had names is its id
    this.quotas = changed(this.quotas, quotas);
    this.state = suspended ? 'suspended' : 'active';
    this.touch(now);
  }

  /** From now on it is of no more use, and what it has is removed. */
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
    throw invalid('VALIDATION_FAILED', '', `The default tenant is the operators' own and can not be ${what}`);
  }
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,99}$/u;

/** A name that reads like an id could be taken for another tenant. */
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function checkedName(name: string): string {
  if (NAME.test(name) && !ID.test(name)) return name;
  throw invalid(
    'VALIDATION_FAILED',
    '/name',
    'must be 1 to 100 letters, digits, spaces, ., _, @ and -, beginning with a letter or digit, and no UUID',
  );
}

function deleting(id: string): HavenError {
  return new HavenError('NOT_FOUND', `The tenant ${JSON.stringify(id)} is being deleted.`);
}
