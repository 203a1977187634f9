import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';

import { ChangesModule } from '@haven/changes';
import { CollectionsModule } from '@haven/collections';
import { ConfigModule } from '@haven/config';
import type { HavenConfig } from '@haven/config';
import { DatabaseModule } from '@haven/database';
import type { DatabaseAddress } from '@haven/database';
import { EventsModule } from '@haven/events';
import { GraphqlModule } from '@haven/graphql';
import { HealthModule } from '@haven/health';
import { HttpModule } from '@haven/http';
import { ObservabilityModule } from '@haven/observability';
import type { Log, Telemetry } from '@haven/observability';
import { RecordsModule } from '@haven/records';
import { StatsModule } from '@haven/stats';
import { TenantsModule } from '@haven/tenants';
import { TypedGraphqlModule } from '@haven/typed-graphql';
import { UsageModule } from '@haven/usage';
import { WebhooksModule } from '@haven/webhooks';

import { BackupModule } from './backup/backup.module.js';
import { migrations } from './migrations/index.js';

/**
 * The root module and the only list of all modules. The modules for configuration, observability and the database are
 * global. Every other module imports the modules that it uses; a module of a higher layer is passed to its `forRoot`
 * here.
 */
@Module({})
export class AppModule {
  static forRoot(config: HavenConfig, address: DatabaseAddress, log: Log, telemetry: Telemetry): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forRoot(log, telemetry),
        DatabaseModule.forRoot(config, address),
        UsageModule,
        TenantsModule,
        HealthModule.forRoot(migrations.map(({ name }) => name)),
        CollectionsModule.forRoot(RecordsModule),
        EventsModule,
        RecordsModule,
        ChangesModule,
        WebhooksModule,
        StatsModule,
        BackupModule,
        HttpModule.forRoot(TenantsModule),
        GraphqlModule.forRoot(TenantsModule, TypedGraphqlModule),
      ],
    };
  }
}
