import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';

import { ContractPipe } from '@haven/api';
import { RateLimitsModule } from '@haven/rate-limits';

import { AuthenticationHook } from './authentication-hook.js';
import type { AuthenticatorModule } from './authenticator.js';
import { DeclaredInputGuard } from './declared-input.guard.js';
import { ErrorFilter } from './error.filter.js';
import { LoadSheddingHook } from './shed-load.js';
import { ReadConsistencyHook } from './read-consistency.js';

/** Registers the hooks, guard, pipe and error filter of all HTTP requests. Pipe and filter also apply to GraphQL. */
@Module({})
export class HttpModule {
  static forRoot(authenticator: AuthenticatorModule): DynamicModule {
    return {
      module: HttpModule,
      imports: [authenticator, RateLimitsModule],
      providers: [
        AuthenticationHook,
        LoadSheddingHook,
        ReadConsistencyHook,
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: APP_GUARD, useClass: DeclaredInputGuard },
        { provide: APP_PIPE, useClass: ContractPipe },
      ],
    };
  }
}
