export { BackgroundTasks } from './background/background-task.js';
export type { BackgroundTask } from './background/background-task.js';
export { WakeableTimer } from './background/wakeable-timer.js';
export {
  ConfigError,
  describeConfig,
  HavenConfig,
  isLoopback,
  isSecureUrl,
  loadConfig,
  settingsReference,
} from './config/index.js';
export type { LoadedConfig } from './config/index.js';
export { ConfigModule } from './config/config.module.js';
export { ApiModule } from './contract/api.module.js';
export { Connection } from './contract/connection.js';
export type { ConnectionOf } from './contract/connection.js';
export { DateTime } from './contract/date-time.scalar.js';
export { Expose, Input, Output } from './contract/expose.js';
export { Json, JsonObjectScalar } from './contract/json.scalar.js';
export { Operation } from './contract/operation.decorator.js';
export { PageClass } from './contract/page.js';
export type { PageOf } from './contract/page.js';
export { KeysetPages, pageSize } from './contract/keyset-pages.js';
export { PageLimit, PageQuery } from './contract/page.query.js';
export { Public, RequestCost } from './contract/route.decorators.js';
export { ADVISORY_LOCK_SEEDS, ADVISORY_LOCKS, takeAdvisoryLock, tryAdvisoryLock } from './database/advisory-lock.js';
export { BY_INDEX, KEEPALIVES, ownerConnection, runtimeConnection } from './database/connection.js';
export type { DatabaseAddress } from './database/connection.js';
export { UnreadablePassword } from './database/connection.js';
export { Collision } from './database/database-error.js';
export { sqlState } from './database/sql-state.js';
export { DatabaseModule } from './database/database.module.js';
export { EmbeddedPostgres } from './database/embedded/embedded-postgres.js';
export { EmbeddedPostgresError } from './database/embedded/embedded-postgres.error.js';
export { ensureDatabase } from './database/embedded/ensure-database.js';
export { instantOf } from './database/instant.js';
export { Leadership } from './database/leadership.js';
export { makeRoles, migrate } from './database/migrate.js';
export { Notices } from './database/notices.js';
export { SystemDatabase } from './database/system-database.js';
export { sendPipeline } from './database/pipeline.js';
export { inspectRowSecurity } from './database/row-security.js';
export type { RowSecurity } from './database/row-security.js';
export { streamRows } from './database/row-stream.js';
export type { Statement, TextRow } from './database/pipeline.js';
export { OwnConnection } from './database/own-connection.js';
export { DATABASE_ADDRESS, Owner } from './database/owner.js';
export { ReplicaError } from './database/replica.js';
export { TENANT_ID } from './database/tenant-owned.js';
export type { TenantOwned } from './database/tenant-owned.js';
export { queryInTenant, tenantStatement } from './database/tenant-statement.js';
export { UnitOfWork } from './database/unit-of-work.js';
export { configureGraphql } from './graphql/configure-graphql.js';
export { GraphqlModule } from './graphql/graphql.module.js';
export { asksForSubscriptions } from './graphql/subscriptions.js';
export { Authenticator } from './http/authenticator.js';
export type { Credentials } from './http/authenticator.js';
export { CurrentCaller } from './contract/caller.decorator.js';
export type { GraphqlContext } from './contract/caller.decorator.js';
export { canonicalUrl } from './http/canonical-url.js';
export { configureHttp } from './http/configure-http.js';
export { IgnoresUndeclaredInput } from './http/declared-input.guard.js';
export { HttpModule } from './http/http.module.js';
export { decodeUtf8 } from './http/json-body.js';
export { positionHeader } from './http/read-consistency.js';
export { declareRoutes } from './http/route.js';
export { nodeOptions } from './http/node-options.js';
export { refuseUnreadable, refuseUnroutable } from './http/unreadable.js';
export { problemOf } from './contract/problem.js';
export { toHavenError } from './http/to-haven-error.js';
export { Preconditions } from './http/preconditions.decorator.js';
export { IdempotencyModule } from './idempotency/idempotency.module.js';
export { Idempotent } from './idempotency/idempotent.decorator.js';
export { StoredAnswers } from './idempotency/stored-answers.js';
export { pause } from './pause.js';
export { AdminListenError, AdminServer } from './observability/admin-server.js';
export { Log } from './observability/log.js';
export { CACHE_LOOKUPS, cacheLookUps, LookupCounts } from './observability/metrics/cache-lookups.js';
export { counter, histogram, instruments, observed } from './observability/metrics/instrument.js';
export { Metrics } from './observability/metrics/metrics.js';
export { plain, prometheusName } from './observability/metrics/prometheus.js';
export type { Distribution, SeriesOf, Tally } from './observability/metrics/series.js';
export { ObservabilityModule } from './observability/observability.module.js';
export { Telemetry } from './observability/telemetry.js';
export { RedisServer } from './redis/redis-server.js';
