import { Module } from '@nestjs/common';

import { Quotas } from './application/quotas.js';
import { UsageService } from './application/usage.service.js';
import { UsageReader } from './domain/usage-reader.js';
import { PgUsageReader } from './infrastructure/usage-reader.pg.js';
import { UsageController } from './interface/usage.controller.js';
import { UsageResolver } from './interface/usage.resolver.js';

/** Provides the usage and quotas of tenants. Other modules check the quotas before they create something. */
@Module({
  controllers: [UsageController],
  providers: [Quotas, UsageService, UsageResolver, { provide: UsageReader, useClass: PgUsageReader }],
  exports: [Quotas],
})
export class UsageModule {}
