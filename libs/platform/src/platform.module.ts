import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import type { DataSource } from 'typeorm';

import { CursorCodec } from '@haven/kernel';

import { HavenConfig } from './config/index.js';
import { ContractPipe } from './contract/contract.pipe.js';
import { runtimeConnection } from './database/connection.js';
import type { DatabaseAddress } from './database/connection.js';
import { Notices } from './database/notices.js';
import { DATABASE_ADDRESS, Owner } from './database/owner.js';
import { Replicas } from './database/replicas.js';
import { UnitOfWork } from './database/unit-of-work.js';
import { graphqlModule } from './graphql/graphql.module.js';
import { Subscriptions } from './graphql/subscriptions.js';
import { TrustedDocuments } from './graphql/trusted-documents.js';
import { Authentication } from './http/authentication.js';
import { DeclaredInputGuard } from './http/declared-input.guard.js';
import { ErrorFilter } from './http/error.filter.js';
import { LogPositions } from './http/log-positions.js';
import { AnswerUpkeep } from './idempotency/answer-upkeep.js';
import { StoredAnswers } from './idempotency/stored-answers.js';
import { AdminServer } from './observability/admin-server.js';
import { Log } from './observability/log.js';
import { DatabaseMetrics } from './observability/metrics/database-metrics.js';
import { Metrics } from './observability/metrics/metrics.js';
import { Telemetry } from './observability/telemetry.js';
import { UseCaseSpans } from './observability/tracing/use-case-spans.js';
import { Overload } from './overload/overload.js';
import { Traffic } from './traffic/traffic.js';

/** What every feature stands on: configuration, log, database, both doors. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot(config: HavenConfig, address: DatabaseAddress, log: Log, telemetry: Telemetry): DynamicModule {
    const provided = [
      { provide: HavenConfig, useValue: config },
      { provide: DATABASE_ADDRESS, useValue: address },
      { provide: Log, useValue: log },
      { provide: Telemetry, useValue: telemetry },
      { provide: Metrics, useValue: telemetry.metrics },
      { provide: TrustedDocuments, useValue: new TrustedDocuments(config) },
      { provide: CursorCodec, useFactory: cursorCodec, inject: [getDataSourceToken()] },
      Owner,
      Notices,
      DatabaseMetrics,
      Replicas,
      UnitOfWork,
      Overload,
      StoredAnswers,
      AnswerUpkeep,
    ];
    return {
      module: PlatformModule,
      imports: [database(config, address), graphqlModule()],
      providers: [
        ...provided,
        Traffic,
        Authentication,
        LogPositions,
        Subscriptions,
        AdminServer,
        ...(telemetry.traces ? [{ provide: APP_INTERCEPTOR, useClass: UseCaseSpans }] : []),
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: APP_GUARD, useClass: DeclaredInputGuard },
        { provide: APP_PIPE, useClass: ContractPipe },
      ],
      exports: provided.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }
}

function database(config: HavenConfig, address: DatabaseAddress): DynamicModule {
  return TypeOrmModule.forRoot({
    type: 'postgres',
    driver: pg, // which TypeORM would look for by name, and find outside of the bundle
    schema: 'haven',
    autoLoadEntities: true,
    extra: runtimeConnection(address, config),
    retryAttempts: 0,
    logging: false,
    installExtensions: false,
  });
}

/** The key lies in the database, so that every process and every start makes the same cursors. */
async function cursorCodec(source: DataSource): Promise<CursorCodec> {
  const [row] = await source.query<{ value: string }[]>("SELECT value FROM haven.settings WHERE key = 'cursor_key'");
  if (!row) throw new Error('The database has no cursor key.');
  return new CursorCodec(row.value);
}
