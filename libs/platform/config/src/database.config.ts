import { IsBoolean, IsIn, IsNotEmpty, IsOptional, Matches } from 'class-validator';

import { Between } from './between.js';
import { IsPostgresUrl } from './is-postgres-url.js';
import { Setting } from './setting.js';
import { HOUR, MINUTE } from './units.js';

/** How a connection pooler in front of PostgreSQL shares its connections, in PgBouncer's terms. */
const poolModes = ['session', 'transaction'] as const;

/** The PostgreSQL database, on an external server or the embedded one. */
export class DatabaseConfig {
  @Setting(
    'The PostgreSQL database to use, as `postgres://user:password@host:5432/database`; percent-encode ' +
      'special characters. Several hosts, TLS and other parameters are read as libpq reads them ' +
      '([connection strings](connection-strings.md)). An empty variable or file is an error.',
    { secret: true, alias: 'DATABASE_URL', rejectEmpty: true },
  )
  @IsOptional()
  @IsPostgresUrl('primary')
  declare readonly url?: string;

  @Setting(
    'How the connections of `database.url` and `database.replicaUrls` are pooled outside Haven. `session`: not at all, ' +
      'or each of them has a session of PostgreSQL to itself. `transaction`: by PgBouncer or another pooler in ' +
      'transaction mode ([connection poolers](deploying.md#connection-poolers)).',
  )
  @IsIn(poolModes)
  declare readonly poolMode: (typeof poolModes)[number];

  @Setting(
    'The same database without a pooler in transaction mode, for what needs a session of its own: notifications, ' +
      'locks and, without `database.migrationUrl`, migrations. Required if `database.poolMode` is `transaction`. ' +
      'A URL without a password uses the one of `database.passwordFile`.',
    { secret: true, alias: 'DATABASE_SESSION_URL' },
  )
  @IsOptional()
  @IsPostgresUrl('primary')
  declare readonly sessionUrl?: string;

  @Setting(
    'The same database with a role that may create tables and roles; used only by migrations. If it is not ' +
      'set, they use `database.sessionUrl` or, without it, `database.url`.',
    { secret: true, alias: 'DATABASE_MIGRATION_URL' },
  )
  @IsOptional()
  @IsPostgresUrl('primary')
  declare readonly migrationUrl?: string;

  @Setting(
    'Streaming replicas of `database.url`, as URLs of the same form. Reads that allow it go to them ' +
      '([replicas](scale-out.md#read-replicas)). A URL without a password uses the one of ' +
      '`database.passwordFile`.',
    { secret: true, alias: 'DATABASE_REPLICA_URLS' },
  )
  @IsPostgresUrl('replica', { each: true })
  declare readonly replicaUrls: readonly string[];

  @Setting('Maximum replication lag of a replica. A replica that lags more is not read.', { unit: 'milliseconds' })
  @Between(100, HOUR)
  declare readonly replicaMaxLag: number;

  @Setting(
    'File with the password for `database.url`, which must then contain none. The file is read for each new ' +
      'connection, so a changed password needs no restart ([secrets](deploying.md#secrets)).',
    { alias: 'DATABASE_PASSWORD_FILE' },
  )
  @IsOptional()
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly passwordFile?: string;

  @Setting('File with the password for `database.migrationUrl`; like `database.passwordFile`.', {
    alias: 'DATABASE_MIGRATION_PASSWORD_FILE',
  })
  @IsOptional()
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly migrationPasswordFile?: string;

  @Setting(
    'Whether to run an embedded PostgreSQL in `database.dataDir` instead of using `database.url`. If it is not set, ' +
      'Haven does so when `database.url` is not set either, except with `HAVEN_ENV=production`: there, a start without ' +
      'both fails, so that a lost variable does not look like lost data.',
  )
  @IsOptional()
  @IsBoolean()
  declare readonly embedded?: boolean;

  @Setting(
    'Directory for the data of the embedded PostgreSQL; created if it is missing. A relative path starts at ' +
      'the working directory.',
    { alias: 'HAVEN_DATA_DIR' },
  )
  @IsNotEmpty({ message: 'must not be empty' })
  declare readonly dataDir: string;

  @Setting(
    'Maximum number of connections in the pool of one process. A tenant uses at most half of them ' +
      '([shares](limits.md#database-connections)). All processes together must stay below the `max_connections` of ' +
      'the server.',
  )
  @Between(1, 1000)
  declare readonly poolSize: number;

  @Setting(
    'Maximum number of connections in a second pool, for change streams, subscriptions, exports and imports. A tenant ' +
      'uses at most half of them.',
  )
  @Between(1, 1000)
  declare readonly streamPoolSize: number;

  @Setting('Maximum time for which a request waits for a free connection; it then fails with 503 `UNAVAILABLE`.', {
    unit: 'milliseconds',
  })
  @Between(1, 5 * MINUTE)
  declare readonly acquireTimeout: number;

  @Setting('Maximum time to open a connection to the database.', { unit: 'milliseconds' })
  @Between(1, 5 * MINUTE)
  declare readonly connectTimeout: number;

  @Setting(
    'Maximum duration of one statement; the request then fails with 503 `QUERY_TIMEOUT`, or 422 ' +
      '`QUERY_TOO_EXPENSIVE` if an index would help. Migrations are exempt.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(1, HOUR)
  declare readonly statementTimeout: number;

  @Setting(
    'Maximum time without a response from the database, in addition to the time that the statement may run ' +
      '(`database.statementTimeout`, or none for short statements). The connection is then closed, and the request ' +
      'fails with 503 `UNAVAILABLE` ([silent connections](resilience.md#scenarios)). Migrations are exempt.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(100, 5 * MINUTE)
  declare readonly responseTimeout: number;

  @Setting(
    'Maximum idle time of a transaction before PostgreSQL ends it, so that a lost process cannot hold locks ' +
      'forever.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(1, HOUR)
  declare readonly idleInTransactionTimeout: number;

  @Setting('Whether to migrate the database at start. Set it to false if `haven migrate` runs as a separate step.')
  @IsBoolean()
  declare readonly migrateOnStart: boolean;

  @Setting(
    'Maximum time for which migrations wait for locks that other sessions hold: the migration lock, or locks on tables. ' +
      'The wait is logged with its cause ([locks](operating.md#locks-held-by-other-sessions)).',
    { unit: 'milliseconds' },
  )
  @Between(1, HOUR)
  declare readonly migrationLockTimeout: number;

  @Setting(
    'Prefix of the names of the three roles that own and access the tables. All databases of a PostgreSQL server share ' +
      'its roles, so a second Haven with another owner needs another prefix ' +
      '([several Havens on one server](deploying.md#several-havens-on-one-server)).',
  )
  @Matches(/^(?!pg_)[a-z][a-z0-9_]{0,49}$/, {
    message: 'must consist of at most 50 lower-case letters, digits and _, and begin with a letter, but not with pg_',
  })
  declare readonly rolePrefix: string;

  @Setting(
    'Number of times that a transaction is retried after a serialization failure or a deadlock; 0 disables ' +
      'retries.',
  )
  @Between(0, 10)
  declare readonly retries: number;
}
