import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import type { ApolloDriverConfig } from '@nestjs/apollo';

import { ApolloOptions } from './apollo-options.js';
import type { ExecutableSchema } from './executable-schema.js';
import { SchemaServer } from './schema-server.js';
import type { ServerOptions } from './schema-server.js';

/** Starts servers that have the same options, plugins, error format and document cache as the generic schema's. */
@Injectable()
export class SchemaServers {
  private options: ServerOptions | undefined;

  constructor(
    private readonly modules: ModuleRef,
    private readonly apollo: ApolloOptions,
  ) {}

  start(executable: ExecutableSchema): Promise<SchemaServer> {
    return SchemaServer.start(executable, (this.options ??= this.completeOptions()));
  }

  /** Returns the options of the generic schema's server. Nest has added plugins to them, and wraps some of them. */
  private completeOptions(): ServerOptions {
    const complete = this.modules.get(GraphQLModule, { strict: false }).completeOptions as ApolloDriverConfig;
    const { schema: _, typeDefs: __, resolvers: ___, context, ...apollo } = complete;
    const { documents, direct } = this.apollo;
    return { apollo, context: context as ServerOptions['context'], documents, direct };
  }
}
