import { AuditConfig } from './audit.config.js';
import { AuthConfig } from './auth.config.js';
import { BackupConfig } from './backup.config.js';
import { CacheConfig } from './cache.config.js';
import { ChangesConfig } from './changes.config.js';
import { ConnectionsConfig } from './connections.config.js';
import { CorsConfig } from './cors.config.js';
import { DatabaseConfig } from './database.config.js';
import { ConsoleConfig } from './console.config.js';
import { DocsConfig } from './docs.config.js';
import { DryRunConfig } from './dry-run.config.js';
import { GraphqlConfig } from './graphql.config.js';
import { IdempotencyConfig } from './idempotency.config.js';
import { LimitsConfig } from './limits.config.js';
import { LogConfig } from './log.config.js';
import { MetricsConfig } from './metrics.config.js';
import { OverloadConfig } from './overload.config.js';
import { QuotasConfig } from './quotas.config.js';
import { RateLimitsConfig } from './rate-limits.config.js';
import { ServerConfig } from './server.config.js';
import { Section } from './setting.js';
import { TelemetryConfig } from './telemetry.config.js';
import { TokensConfig } from './tokens.config.js';
import { UpkeepConfig } from './upkeep.config.js';
import { WebhooksConfig } from './webhooks.config.js';

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
  declare readonly dryRun: DryRunConfig;

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
  declare readonly backup: BackupConfig;

  @Section()
  declare readonly graphql: GraphqlConfig;

  @Section()
  declare readonly docs: DocsConfig;

  @Section()
  declare readonly console: ConsoleConfig;

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
  'dryRun',
  'cache',
  'changes',
  'webhooks',
  'upkeep',
  'audit',
  'backup',
  'graphql',
  'docs',
  'console',
  'log',
  'metrics',
  'telemetry',
] as const satisfies readonly (keyof HavenConfig)[];
