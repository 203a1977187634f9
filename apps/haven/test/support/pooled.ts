import { inject } from 'vitest';

import type { HavenConfig } from '@haven/config';
import type { DatabaseAddress } from '@haven/database';

/**
 * Returns the address that Haven uses for a database of the test server: through the PgBouncer of the run
 * (HAVEN_TEST_PGBOUNCER), or unchanged if there is none.
 */
export function pooledAddress(address: DatabaseAddress): DatabaseAddress {
  const pooler = inject('pooler');
  if (pooler === null || 'url' in address) return address;
  return { url: `postgres://${address.user}@127.0.0.1:${pooler}/${address.database}`, sessionUrl: socketUrl(address) };
}

/** Returns the configuration for the PgBouncer of the run, or unchanged if there is none. */
export function pooledConfig(config: HavenConfig): HavenConfig {
  if (inject('pooler') === null) return config;
  const { url, migrationUrl } = config.database;
  const sessionUrl = url && sessionUrlOf(url);
  const urls = sessionUrl !== undefined && { sessionUrl, ...(migrationUrl === url && { migrationUrl: sessionUrl }) };
  const database = { poolMode: 'transaction' as const, ...urls };
  return Object.assign({}, config, { database: Object.assign({}, config.database, database) });
}

/** Returns a URL for a server that listens on a Unix socket. */
export function socketUrl({ user, database, host, port }: Extract<DatabaseAddress, { host: string }>): string {
  return `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}

function sessionUrlOf(url: string): string {
  const server = inject('server');
  const { port, pathname } = new URL(url);
  if (Number(port) !== inject('pooler') || !('host' in server)) return url;
  return socketUrl({ ...server, database: pathname.slice(1) });
}
