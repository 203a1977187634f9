import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';

import type { AuthenticatorModule } from '@haven/http';
import { RateLimitsModule } from '@haven/rate-limits';

import { ApolloModule } from './apollo.module.js';
import { LargeBodies } from './large-bodies.js';
import { Subscriptions } from './subscriptions.js';

/** Serves GraphQL at `/graphql`, with subscriptions over WebSocket. */
@Module({})
export class GraphqlModule {
  static forRoot(authenticator: AuthenticatorModule): DynamicModule {
    return {
      module: GraphqlModule,
      imports: [ApolloModule, RateLimitsModule, authenticator],
      providers: [Subscriptions, LargeBodies],
    };
  }
}
