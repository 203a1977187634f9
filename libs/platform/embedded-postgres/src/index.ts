export { EmbeddedPostgresError } from './embedded-postgres.error.js';
export { EmbeddedPostgres } from './embedded-postgres.js';
export type { SupervisionLog } from './supervision.js';
export { ensureDatabase } from './ensure-database.js';
