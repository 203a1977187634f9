import { Injectable } from '@nestjs/common';
import { validate } from 'uuid';

import { HavenConfig } from '@haven/config';
import { notFound } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { limitsOf, quotaNames } from '../domain/quota.js';
import { UsageReader } from '../domain/usage-reader.js';
import { QuotaUsageView, UsageView } from './usage.contract.js';

/** What tenants have. */
@Injectable()
export class UsageService {
  constructor(
    private readonly reader: UsageReader,
    private readonly config: HavenConfig,
  ) {}

  /** Of one's own tenant, for whoever may see what it has; operators may name another. */
  async read(caller: Caller, of: string = caller.tenantId): Promise<UsageView> {
    const isOperator = caller.access.scopes.has('operator');
    if (!isOperator) caller.access.requireSomeVisible();
    const tenant = of.toLowerCase();
    const mayKnow = tenant === caller.tenantId || (isOperator && validate(tenant));
    const usage = mayKnow ? await this.reader.read(caller, tenant) : null;
    if (!usage) throw notFound('tenant', of);
    const limits = limitsOf(this.config.quotas, usage.own);
    const views = quotaNames.map((name) => [name, new QuotaUsageView(usage.used[name], limits[name])]);
    return Object.assign(new UsageView(), { tenant }, Object.fromEntries(views));
  }
}
