import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';

import { ConnectionAuthenticator } from '@haven/platform';

import { Authenticator, OpenAuthenticator } from './application/authenticator.js';
import { CallerGuard } from './interface/caller.guard.js';

/** Who is calling. Without keys everybody is the default tenant. */
@Module({
  providers: [
    { provide: Authenticator, useClass: OpenAuthenticator },
    { provide: ConnectionAuthenticator, useExisting: Authenticator },
    { provide: APP_GUARD, useClass: CallerGuard },
  ],
})
export class TenantsModule {}
