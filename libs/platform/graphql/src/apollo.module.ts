import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';

import { GenericApolloDriver } from './apollo.driver.js';
import { ApolloOptions } from './apollo-options.js';
import { SchemaServers } from './schema-servers.js';
import { TrustedDocuments } from './trusted-documents.js';

/** Provides the options of Apollo Server, and the trusted documents, which were deployed with Haven. */
@Module({ providers: [TrustedDocuments, ApolloOptions], exports: [TrustedDocuments, ApolloOptions] })
class ApolloOptionsModule {}

const nestApollo = GraphQLModule.forRootAsync<ApolloDriverConfig>({
  driver: GenericApolloDriver,
  imports: [ApolloOptionsModule],
  useExisting: ApolloOptions,
});

/** Generates the generic schema, serves it by Apollo Server, and starts servers of other schemas. */
@Module({
  imports: [ApolloOptionsModule, nestApollo],
  providers: [SchemaServers],
  exports: [ApolloOptionsModule, nestApollo, SchemaServers],
})
export class ApolloModule {}
