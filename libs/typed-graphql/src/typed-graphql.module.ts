import { Module } from '@nestjs/common';

import { CollectionCacheModule } from '@haven/collections';
import { ApolloModule, OperationSchemas } from '@haven/graphql';
import { RecordsModule } from '@haven/records';

import { SchemaMetrics } from './serving/schema-metrics.js';
import { SchemaSource } from './serving/schema-source.js';
import { TenantSchemaSource } from './serving/tenant-schema-source.js';
import { TypedSchemas } from './serving/typed-schemas.js';

/** Provides the schemas that are made from the collections of a tenant. */
@Module({
  imports: [ApolloModule, CollectionCacheModule, RecordsModule],
  providers: [
    SchemaMetrics,
    { provide: SchemaSource, useClass: TenantSchemaSource },
    { provide: OperationSchemas, useClass: TypedSchemas },
  ],
  exports: [OperationSchemas],
})
export class TypedGraphqlModule {}
