import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';

import type { HavenConfig } from '@haven/config';
import { CursorCodec } from '@haven/kernel';

import { BackgroundTasks } from './background-task.js';
import { DATABASE_ADDRESS, pooledConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { ConnectionPools } from './connection-pools.js';
import { DatabaseCheck } from './database-check.js';
import { DatabaseMetrics } from './database-metrics.js';
import { ImplicitTransactions } from './implicit-transactions.js';
import { LockInspector } from './lock-inspector.js';
import { PgPubSub } from './pg-pub-sub.js';
import { Replicas } from './replicas.js';
import { SystemDatabase } from './system-database.js';
import { TransactionAttempts } from './transaction-attempts.js';
import { UnitOfWork } from './unit-of-work.js';
import { WriteAvailability } from './write-availability.js';

/** Provides the database to every module. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(config: HavenConfig, address: DatabaseAddress): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [typeOrm(config, address)],
      providers: [
        { provide: DATABASE_ADDRESS, useValue: address },
        { provide: CursorCodec, useFactory: cursorCodec, inject: [SystemDatabase] },
        BackgroundTasks,
        ConnectionPools,
        DatabaseCheck,
        DatabaseMetrics,
        ImplicitTransactions,
        LockInspector,
        TransactionAttempts,
        WriteAvailability,
        PgPubSub,
        Replicas,
        SystemDatabase,
        UnitOfWork,
      ],
      exports: [
        DATABASE_ADDRESS,
        CursorCodec,
        BackgroundTasks,
        DatabaseCheck,
        LockInspector,
        PgPubSub,
        Replicas,
        SystemDatabase,
        UnitOfWork,
        WriteAvailability,
      ],
    };
  }
}

function typeOrm(config: HavenConfig, address: DatabaseAddress): DynamicModule {
  return TypeOrmModule.forRoot({
    type: 'postgres',
    driver: pg, // otherwise TypeORM loads it by name, from outside the bundle
    schema: 'haven',
    autoLoadEntities: true,
    extra: pooledConnection(address, config),
    retryAttempts: 0,
    logging: false,
    installExtensions: false,
  });
}

/** Creates the codec with the key stored in the database, so that cursors stay valid across processes and restarts. */
async function cursorCodec(database: SystemDatabase): Promise<CursorCodec> {
  const [key] = await database.query<{ value: string }>("SELECT value FROM haven.settings WHERE key = 'cursor_key'");
  if (!key) throw new Error('The table haven.settings has no row `cursor_key`, which the migrations create.');
  return new CursorCodec(key.value);
}
