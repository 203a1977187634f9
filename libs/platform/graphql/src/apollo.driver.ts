import { ApolloDriver } from '@nestjs/apollo';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, Injectable } from '@nestjs/common';

import { ApolloOptions } from './apollo-options.js';
import { gatewayTo, shareDocuments } from './schema-gateway.js';

/** Starts the Apollo Server of the schema that Nest has generated. Operations are executed by `GenericSchema`. */
@Injectable()
export class GenericApolloDriver extends ApolloDriver {
  @Inject(ApolloOptions) private readonly apollo!: ApolloOptions; // Nest injects the base class's the same way

  override async start(options: ApolloDriverConfig): Promise<void> {
    if (!options.schema) throw new Error('The schema has not been generated.');
    const generic = this.apollo.useSchema(options.schema);
    const gateway = { gateway: gatewayTo(generic) }; // Apollo's option, which Nest does not declare
    await super.start({ ...options, documentStore: null, ...gateway });
    shareDocuments(this.instance, this.apollo.documents, generic);
  }
}
