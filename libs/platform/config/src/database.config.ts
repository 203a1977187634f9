import { IsBoolean, IsNotEmpty, IsOptional } from 'class-validator';

import { Between } from './between.js';
import { IsPostgresUrl } from './postgres-url.js';
import { Setting } from './setting.js';
import { HOUR, MINUTE } from './units.js';

/** The PostgreSQL that keeps everything: yours, or the embedded one. */
export class DatabaseConfig {
  @Setting(
    'Your PostgreSQL, as `postgres://user:password@host:5432/database`; percent-encode what is special in it. Without it ' +
      'Haven runs an embedded PostgreSQL in `database.dataDir`.',
    { secret: true, alias: 'DATABASE_URL' },
  )
  @IsOptional()
  @IsPostgresUrl()
  declare readonly url?: string;

  @Setting(
    'The same database as a role that may create tables and roles; only migrations use it. Without it they use `database.url`.',
    { secret: true, alias: 'DATABASE_MIGRATION_URL' },
  )
  @IsOptional()
  @IsPostgresUrl()
  declare readonly migrationUrl?: string;

  @Setting(
    'Streaming replicas of `database.url`, addresses of the same kind; reads that allow it go to them ([replicas](scale-out.md#read-replicas)). ' +
      'One without a password takes that of `database.passwordFile`.',
    { secret: true, alias: 'DATABASE_REPLICA_URLS' },
  )
  @IsPostgresUrl({ each: true })
  declare readonly replicaUrls: readonly string[];

  @Setting('How far a replica may lag behind. One that lags more is not read.', { unit: 'milliseconds' })
  @Between(100, HOUR)
  declare readonly replicaMaxLag: number;

  @Setting(
    'A file with the password for `database.url`, which then has none. It is read at each new connection, so a changed password ' +
      'needs no restart ([secrets](deploying.md#secrets)).',
    { alias: 'DATABASE_PASSWORD_FILE' },
  )
  @IsOptional()
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly passwordFile?: string;

  @Setting('The same for `database.migrationUrl`.', { alias: 'DATABASE_MIGRATION_PASSWORD_FILE' })
  @IsOptional()
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly migrationPasswordFile?: string;

  @Setting(
    'The directory in which the embedded PostgreSQL keeps its data; made when it is missing. A relative one starts at the working directory.',
    { alias: 'HAVEN_DATA_DIR' },
  )
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly dataDir: string;

  @Setting(
    "How many connections one Haven process opens at most. All processes together must stay under the server's `max_connections`.",
  )
  @Between(1, 1000)
  declare readonly poolSize: number;

  @Setting('How long a request waits for a free connection before it is answered 503 `UNAVAILABLE`.', {
    unit: 'milliseconds',
  })
  @Between(1, 5 * MINUTE)
  declare readonly acquireTimeout: number;

  @Setting('How long opening a connection to the database may take.', { unit: 'milliseconds' })
  @Between(1, 5 * MINUTE)
  declare readonly connectTimeout: number;

  @Setting(
    'The longest one statement may run before the request is answered 503 `QUERY_TIMEOUT`, or 422 `QUERY_TOO_EXPENSIVE` when an index would ' +
      'help. Migrations are not held to it.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(1, HOUR)
  declare readonly statementTimeout: number;

  @Setting(
    'How long a transaction may sit idle before PostgreSQL ends it, so that a lost process can not hold locks for ever.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(1, HOUR)
  declare readonly idleInTransactionTimeout: number;

  @Setting('Migrates the database at start. Say false where `haven migrate` runs as a step of its own.')
  @IsBoolean()
  declare readonly migrateOnStart: boolean;

  @Setting('How often a transaction is tried again after a serialization failure or a deadlock; 0 never tries again.')
  @Between(0, 10)
  declare readonly retries: number;
}
