import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { ApiModule } from '@haven/api';
import { EventsModule } from '@haven/events';
import { Authenticator } from '@haven/http';
import { IdempotencyModule } from '@haven/idempotency';
import { UsageModule } from '@haven/usage';

import { AccessChanges } from './application/access-changes.js';
import { ApiKeysService } from './application/api-keys.service.js';
import { FirstKey } from './application/first-key.js';
import { Gatekeeper } from './application/gatekeeper.js';
import { KeyAuthenticator } from './application/key-authenticator.js';
import { KeyUse } from './application/key-use.js';
import { TenantsService } from './application/tenants.service.js';
import { TokenAuthenticator } from './application/token-authenticator.js';
import { TokenVerifier } from './application/token-verifier.js';
import { ApiKeys } from './domain/api-keys.js';
import { Directory } from './domain/directory.js';
import { ProviderKeys } from './domain/provider-keys.js';
import { Tenants } from './domain/tenants.js';
import { AccessWatch } from './infrastructure/access-watch.js';
import { ApiKeySchema, TypeOrmApiKeys } from './infrastructure/api-keys.typeorm.js';
import { PgDirectory } from './infrastructure/directory.pg.js';
import { HttpProviderKeys } from './infrastructure/provider-keys.http.js';
import { TenantRemoval } from './infrastructure/tenant-removal.js';
import { TenantSchema, TypeOrmTenants } from './infrastructure/tenants.typeorm.js';
import { ApiKeysController } from './interface/api-keys.controller.js';
import { ApiKeysResolver } from './interface/api-keys.resolver.js';
import { TenantsController } from './interface/tenants.controller.js';
import { TenantsResolver } from './interface/tenants.resolver.js';

/** Tenants, their API keys, and who is calling. */
@Module({
  imports: [
    TypeOrmModule.forFeature([TenantSchema, ApiKeySchema]),
    ApiModule,
    EventsModule,
    IdempotencyModule,
    UsageModule,
  ],
  controllers: [TenantsController, ApiKeysController],
  providers: [
    AccessChanges,
    AccessWatch,
    TenantsService,
    ApiKeysService,
    TenantsResolver,
    ApiKeysResolver,
    KeyAuthenticator,
    KeyUse,
    TokenAuthenticator,
    TokenVerifier,
    FirstKey,
    TenantRemoval,
    { provide: Tenants, useClass: TypeOrmTenants },
    { provide: ApiKeys, useClass: TypeOrmApiKeys },
    { provide: Directory, useClass: PgDirectory },
    { provide: ProviderKeys, useClass: HttpProviderKeys },
    Gatekeeper,
    { provide: Authenticator, useExisting: Gatekeeper },
  ],
  exports: [Authenticator, Gatekeeper, FirstKey],
})
export class TenantsModule {}
