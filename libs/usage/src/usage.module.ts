import { Global, Module } from '@nestjs/common';

import { ResponseQuota } from '@haven/idempotency';

import { Quotas } from './application/quotas.js';
import { StoredResponsesQuota } from './application/stored-responses-quota.js';
import { UsageService } from './application/usage.service.js';
import { UsageReader } from './domain/usage-reader.js';
import { PgUsageReader } from './infrastructure/usage-reader.pg.js';
import { UsageController } from './interface/usage.controller.js';
import { UsageResolver } from './interface/usage.resolver.js';

/**
 * Provides the usage and quotas of tenants. Other modules check the quotas before they create something. The module is
 * global because the platform cannot import it: `IdempotencyModule` needs its `ResponseQuota`.
 */
@Global()
@Module({
  controllers: [UsageController],
  providers: [
    Quotas,
    UsageService,
    UsageResolver,
    { provide: UsageReader, useClass: PgUsageReader },
    { provide: ResponseQuota, useClass: StoredResponsesQuota },
  ],
  exports: [Quotas, ResponseQuota],
})
export class UsageModule {}
