import { migrations } from './migrations/index.js';
import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';

import { ChangesModule } from '@haven/changes';
import { CollectionsModule } from '@haven/collections';
import { EventsModule } from '@haven/events';
import { HealthModule, MIGRATION_NAMES } from '@haven/health';
import { PlatformModule } from '@haven/platform';
import type { DatabaseAddress, HavenConfig, Log, Telemetry } from '@haven/platform';
import { RecordsModule } from '@haven/records';
import { TenantsModule } from '@haven/tenants';
import { UsageModule } from '@haven/usage';
import { WebhooksModule } from '@haven/webhooks';

/** Tells the probes which migrations the database must have. */
@Global()
@Module({
  providers: [{ provide: MIGRATION_NAMES, useValue: migrations.map(({ name }) => name) }],
  exports: [MIGRATION_NAMES],
})
class MigrationsModule {}

/** Haven, whole: the only list of its modules. */
@Module({})
export class AppModule {
  static forRoot(config: HavenConfig, address: DatabaseAddress, log: Log, telemetry: Telemetry): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.forRoot(config, address, log, telemetry),
        MigrationsModule,
        UsageModule,
        TenantsModule,
        HealthModule,
        CollectionsModule,
        EventsModule,
        RecordsModule,
        ChangesModule,
        WebhooksModule,
      ],
    };
  }
}
