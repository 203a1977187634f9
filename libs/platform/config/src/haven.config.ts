import { IsBoolean, IsIn } from 'class-validator';

import { AuthConfig } from './auth.config.js';
import { Between } from './between.js';
import { CacheConfig } from './cache.config.js';
import { ChangesConfig } from './changes.config.js';
import { ConnectionsConfig } from './connections.config.js';
import { CorsConfig } from './cors.config.js';
import { DatabaseConfig } from './database.config.js';
import { GraphqlConfig } from './graphql.config.js';
import { IdempotencyConfig } from './idempotency.config.js';
import { LimitsConfig } from './limits.config.js';
import { OverloadConfig } from './overload.config.js';
import { QuotasConfig } from './quotas.config.js';
import { RateLimitsConfig } from './rate-limits.config.js';
import { ServerConfig } from './server.config.js';
import { Section, Setting } from './setting.js';
import { MetricsConfig, TelemetryConfig } from './telemetry.config.js';
import { TokensConfig } from './tokens.config.js';
import { DAY, SECOND } from './units.js';
import { WebhooksConfig } from './webhooks.config.js';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const logFormats = ['auto', 'json', 'pretty'] as const;

/** Pages that document the REST API. */
export class DocsConfig {
  @Setting('Whether to serve Swagger UI at `/docs`.')
  @IsBoolean()
  declare readonly enabled: boolean;
}

/** The log, which is written to standard output. */
export class LogConfig {
  @Setting('Least severe level that is logged; `silent` logs nothing.', { alias: 'LOG_LEVEL' })
  @IsIn(logLevels)
  declare readonly level: (typeof logLevels)[number];

  @Setting(
    'Format of the log: `json` writes one JSON object per line, `pretty` is for people, and `auto` is ' +
      '`pretty` on a terminal and `json` otherwise.',
  )
  @IsIn(logFormats)
  declare readonly format: (typeof logFormats)[number];
}

/** Maintenance tasks that the leader runs in the background. */
export class UpkeepConfig {
  @Setting('How often old versions are pruned according to the `history` settings of collections.', {
    unit: 'milliseconds',
  })
  @Between(SECOND, DAY)
  declare readonly interval: number;
}

/** The checkpoints that make tampering with the event log detectable. */
export class AuditConfig {
  @Setting('Number of events of a tenant after which a checkpoint is created; no checkpoint covers more.')
  @Between(1, 100_000)
  declare readonly checkpointEvents: number;

  @Setting(
    'How often a checkpoint is created for the events since the last one; none is created if there are no ' +
      'new events.',
    {
      unit: 'milliseconds',
    },
  )
  @Between(SECOND, DAY)
  declare readonly checkpointInterval: number;
}

/** All settings that operators can change; `config/default.yaml` contains the defaults. */
export class HavenConfig {
  @Section()
  declare readonly server: ServerConfig;

  @Section()
  declare readonly connections: ConnectionsConfig;

  @Section()
  declare readonly cors: CorsConfig;

  @Section()
  declare readonly database: DatabaseConfig;

  @Section()
  declare readonly auth: AuthConfig;

  @Section()
  declare readonly tokens: TokensConfig;

  @Section()
  declare readonly limits: LimitsConfig;

  @Section()
  declare readonly rateLimits: RateLimitsConfig;

  @Section()
  declare readonly quotas: QuotasConfig;

  @Section()
  declare readonly overload: OverloadConfig;

  @Section()
  declare readonly idempotency: IdempotencyConfig;

  @Section()
  declare readonly cache: CacheConfig;

  @Section()
  declare readonly changes: ChangesConfig;

  @Section()
  declare readonly webhooks: WebhooksConfig;

  @Section()
  declare readonly upkeep: UpkeepConfig;

  @Section()
  declare readonly audit: AuditConfig;

  @Section()
  declare readonly graphql: GraphqlConfig;

  @Section()
  declare readonly docs: DocsConfig;

  @Section()
  declare readonly log: LogConfig;

  @Section()
  declare readonly metrics: MetricsConfig;

  @Section()
  declare readonly telemetry: TelemetryConfig;
}

/** The sections, in the order of the documentation. */
export const sectionNames = [
  'server',
  'connections',
  'cors',
  'database',
  'auth',
  'tokens',
  'limits',
  'rateLimits',
  'quotas',
  'overload',
  'idempotency',
  'cache',
  'changes',
  'webhooks',
  'upkeep',
  'audit',
  'graphql',
  'docs',
  'log',
  'metrics',
  'telemetry',
] as const satisfies readonly (keyof HavenConfig)[];
