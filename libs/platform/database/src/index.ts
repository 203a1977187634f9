export { ADVISORY_LOCK_SEEDS, ADVISORY_LOCKS, takeAdvisoryLock, tryAdvisoryLock } from './advisory-lock.js';
export { BackgroundTask, BackgroundTasks } from './background-task.js';
export {
  BY_INDEX,
  KEEPALIVES,
  ownerConnection,
  RUNTIME_ROLE,
  runtimeConnection,
  UnreadablePassword,
} from './connection.js';
export type { DatabaseAddress } from './connection.js';
export { DatabaseCheck } from './database-check.js';
export { WriteConflict } from './database-error.js';
export { DatabaseModule } from './database.module.js';
export { backendsOf, dropIndexes, INDEX_LOAD, indexPrefix, safeIndexCount } from './declared-indexes.js';
export type { IndexLoad } from './declared-indexes.js';
export { toRfc3339 } from './rfc3339.js';
export { LeaderElection } from './leader-election.js';
export { parsePosition, printPosition } from './log-position.js';
export { createRoles, migrate } from './migrate.js';
export { inMigrationTransaction } from './migration-transaction.js';
export type { MigrationTransaction } from './migration-transaction.js';
export { PgPubSub } from './pg-pub-sub.js';
export { DedicatedConnection } from './dedicated-connection.js';
export { DATABASE_ADDRESS, Owner } from './owner.js';
export { sendPipeline } from './pipeline.js';
export type { Statement, TextRow } from './pipeline.js';
export { ReplicaError } from './replica.js';
export { Replicas } from './replicas.js';
export { inspectRowSecurity } from './row-security.js';
export type { RowSecurity } from './row-security.js';
export { streamRows } from './row-stream.js';
export { SystemDatabase } from './system-database.js';
export { TENANT_ID } from './tenant-scoped.js';
export type { TenantScoped } from './tenant-scoped.js';
export { queryInTenant, tenantStatement } from './tenant-statement.js';
export { UnitOfWork } from './unit-of-work.js';
export { WakeableTimer } from './wakeable-timer.js';
export { WriteAvailability } from './write-availability.js';
