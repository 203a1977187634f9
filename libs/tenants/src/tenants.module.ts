import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { ApiModule } from '@haven/api';
import { EventsModule } from '@haven/events';
import { Authenticator } from '@haven/http';
import { IdempotencyModule } from '@haven/idempotency';
import { UsageModule } from '@haven/usage';

import { CredentialInvalidation } from './application/credential-invalidation.js';
import { ApiKeysService } from './application/api-keys.service.js';
import { BootstrapKey } from './application/bootstrap-key.js';
import { CompositeAuthenticator } from './application/composite-authenticator.js';
import { KeyAuthenticator } from './application/key-authenticator.js';
import { LastUsedTracker } from './application/last-used-tracker.js';
import { TenantsService } from './application/tenants.service.js';
import { TokenAuthenticator } from './application/token-authenticator.js';
import { TokenVerifier } from './application/token-verifier.js';
import { ApiKeysRepository } from './domain/api-keys.repository.js';
import { CredentialCache } from './domain/credential-cache.js';
import { JwksProvider } from './domain/jwks-provider.js';
import { TenantsRepository } from './domain/tenants.repository.js';
import { CredentialInvalidationPoller } from './infrastructure/credential-invalidation-poller.js';
import { ApiKeySchema, TypeOrmApiKeys } from './infrastructure/api-keys.typeorm.js';
import { PgCredentialCache } from './infrastructure/credential-cache.pg.js';
import { HttpJwksProvider } from './infrastructure/jwks-provider.http.js';
import { TenantRemoval } from './infrastructure/tenant-removal.js';
import { TenantSchema, TypeOrmTenants } from './infrastructure/tenants.typeorm.js';
import { ApiKeysController } from './interface/api-keys.controller.js';
import { ApiKeysResolver } from './interface/api-keys.resolver.js';
import { CallerController } from './interface/caller.controller.js';
import { CallerResolver } from './interface/caller.resolver.js';
import { TenantsController } from './interface/tenants.controller.js';
import { TenantsResolver } from './interface/tenants.resolver.js';

/** Provides tenants, API keys and the authentication of callers. */
@Module({
  imports: [
    TypeOrmModule.forFeature([TenantSchema, ApiKeySchema]),
    ApiModule,
    EventsModule,
    IdempotencyModule,
    UsageModule,
  ],
  controllers: [TenantsController, CallerController, ApiKeysController],
  providers: [
    CredentialInvalidation,
    CredentialInvalidationPoller,
    TenantsService,
    ApiKeysService,
    TenantsResolver,
    CallerResolver,
    ApiKeysResolver,
    KeyAuthenticator,
    LastUsedTracker,
    TokenAuthenticator,
    TokenVerifier,
    BootstrapKey,
    TenantRemoval,
    { provide: TenantsRepository, useClass: TypeOrmTenants },
    { provide: ApiKeysRepository, useClass: TypeOrmApiKeys },
    { provide: CredentialCache, useClass: PgCredentialCache },
    { provide: JwksProvider, useClass: HttpJwksProvider },
    CompositeAuthenticator,
    { provide: Authenticator, useExisting: CompositeAuthenticator },
  ],
  exports: [Authenticator, CompositeAuthenticator, BootstrapKey],
})
export class TenantsModule {}
