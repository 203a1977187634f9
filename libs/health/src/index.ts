export { HealthModule } from './health.module.js';
export { Lifecycle } from './lifecycle.js';
export { MIGRATION_NAMES } from './migration-names.js';
