import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';

import type { AuthenticatorModule } from '@haven/http';
import { RateLimitsModule } from '@haven/rate-limits';

import { ApolloModule } from './apollo.module.js';
import { LargeBodies } from './large-bodies.js';
import { Subscriptions } from './subscriptions.js';
import { TypedRequests } from './typed-requests.js';
import { UnknownRootFields } from './unknown-root-fields.js';

/** Serves GraphQL at `/graphql`, with subscriptions over WebSocket. */
@Module({})
export class GraphqlModule {
  /** `schemas` is a module that provides `OperationSchemas`. */
  static forRoot(authenticator: AuthenticatorModule, schemas: Type): DynamicModule {
    return {
      module: GraphqlModule,
      imports: [ApolloModule, RateLimitsModule, authenticator, schemas],
      providers: [Subscriptions, LargeBodies, TypedRequests, UnknownRootFields],
    };
  }
}
