export { EmbeddedPostgresError } from './embedded-postgres.error.js';
export { EmbeddedPostgres } from './embedded-postgres.js';
export { ensureDatabase } from './ensure-database.js';
