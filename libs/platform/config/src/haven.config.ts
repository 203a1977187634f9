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

/** The pages about the REST door. */
export class DocsConfig {
  @Setting('Serves Swagger UI at `/docs`.')
  @IsBoolean()
  declare readonly enabled: boolean;
}

/** What Haven says while it runs, on standard output. */
export class LogConfig {
  @Setting('The least severe level that is logged; silent logs nothing.', { alias: 'LOG_LEVEL' })
  @IsIn(logLevels)
  declare readonly level: (typeof logLevels)[number];

  @Setting(
    'How a log line reads: json is one JSON object a line, pretty is for people, auto is pretty on a terminal and json elsewhere.',
  )
  @IsIn(logFormats)
  declare readonly format: (typeof logFormats)[number];
}

/** What is done in the background, by the one process that leads. */
export class UpkeepConfig {
  @Setting("How often old versions are pruned, where a collection's `history` says so.", { unit: 'milliseconds' })
  @Between(SECOND, DAY)
  declare readonly interval: number;
}

/** The checkpoints that prove the event log. */
export class AuditConfig {
  @Setting('After so many events of a tenant a checkpoint is made; none covers more.')
  @Between(1, 100_000)
  declare readonly checkpointEvents: number;

  @Setting('How often a checkpoint is made of what has come since the last one; where nothing has come, none is.', {
    unit: 'milliseconds',
  })
  @Between(SECOND, DAY)
  declare readonly checkpointInterval: number;
}

/** Everything an operator can set; `config/default.yaml` holds the defaults. */
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

/** The sections, in the order in which they are described. */
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
