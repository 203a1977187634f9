import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { ApiModule } from '@haven/api';
import { DryRunModule } from '@haven/dry-run';
import { IdempotencyModule } from '@haven/idempotency';
import { UsageModule } from '@haven/usage';

import { CollectionCache } from './application/collection-cache.js';
import { CollectionReferences } from './application/collection-references.js';
import { CollectionsService } from './application/collections.service.js';
import { CompiledSchemas } from './application/compiled-schemas.js';
import { SchemaScan } from './application/schema-scan.js';
import { TenantTypesCache } from './application/tenant-types.cache.js';
import { CollectionsRepository } from './domain/collections.repository.js';
import { IndexBuilds } from './domain/index-builds.js';
import { TypeSourcesRepository } from './domain/type-sources.js';
import { CollectionSchema, TypeOrmCollections } from './infrastructure/collections.typeorm.js';
import { PgIndexBuilds } from './infrastructure/index-builds.pg.js';
import { PgTypeSources } from './infrastructure/type-sources.pg.js';
import { CollectionsController } from './interface/collections.controller.js';
import { CollectionsResolver } from './interface/collections.resolver.js';

/** Provides the settings and schemas of collections to the libraries that read and write records. */
@Module({
  imports: [TypeOrmModule.forFeature([CollectionSchema])],
  providers: [
    CollectionCache,
    CompiledSchemas,
    TenantTypesCache,
    { provide: CollectionsRepository, useClass: TypeOrmCollections },
    { provide: TypeSourcesRepository, useClass: PgTypeSources },
  ],
  exports: [CollectionCache, CompiledSchemas, CollectionsRepository, TenantTypesCache],
})
export class CollectionCacheModule {}

/** Provides the management of collections over both APIs. */
@Module({})
export class CollectionsModule {
  /** `records` is a module that exports `CollectionRecordsPort`. */
  static forRoot(records: Type): DynamicModule {
    return {
      module: CollectionsModule,
      imports: [ApiModule, CollectionCacheModule, DryRunModule, IdempotencyModule, UsageModule, records],
      controllers: [CollectionsController],
      providers: [
        CollectionsService,
        CollectionReferences,
        SchemaScan,
        CollectionsResolver,
        { provide: IndexBuilds, useClass: PgIndexBuilds },
      ],
    };
  }
}
