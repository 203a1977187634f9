import { Injectable } from '@nestjs/common';
import { validate } from 'uuid';

import { HavenConfig } from '@haven/config';
import { notFound } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { limitsOf, quotaNames } from '../domain/quota.js';
import { UsageReader } from '../domain/usage-reader.js';
import { QuotaUsageView, UsageView } from './usage.contract.js';

/** Reads the usage of tenants. */
@Injectable()
export class UsageService {
  constructor(
    private readonly reader: UsageReader,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Returns the usage of the caller's tenant or, for operators, of any tenant. Other callers need access to at least
   * one collection. If the caller is restricted to some collections, counts only these.
   */
  async read(caller: Caller, of: string = caller.tenantId): Promise<UsageView> {
    const isOperator = caller.access.scopes.has('operator');
    if (!isOperator) caller.access.requireSomeVisible();
    const tenant = of.toLowerCase();
    const isAllowed = tenant === caller.tenantId || (isOperator && validate(tenant));
    const usage = isAllowed ? await this.reader.read(caller, tenant, caller.access.collections) : null;
    if (!usage) throw notFound('tenant', of);
    const limits = limitsOf(this.config.quotas, usage.own);
    const views = quotaNames.map((name) => [name, new QuotaUsageView(usage.used[name], limits[name])]);
    return Object.assign(new UsageView(), { tenant }, Object.fromEntries(views));
  }
}
