import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { CollectionRules } from './application/collection-rules.js';
import { CollectionsService } from './application/collections.service.js';
import { CompiledSchemas } from './application/compiled-schemas.js';
import { CollectionsRepository } from './domain/collections.repository.js';
import { CollectionSchema, TypeOrmCollections } from './infrastructure/collections.typeorm.js';
import { CollectionsController } from './interface/collections.controller.js';
import { CollectionsResolver } from './interface/collections.resolver.js';

/** Names, JSON Schemas, revisions. */
@Module({
  imports: [TypeOrmModule.forFeature([CollectionSchema])],
  controllers: [CollectionsController],
  providers: [
    CollectionsService,
    CollectionRules,
    CompiledSchemas,
    CollectionsResolver,
    { provide: CollectionsRepository, useClass: TypeOrmCollections },
  ],
  exports: [CollectionRules, CollectionsService],
})
export class CollectionsModule {}
