import pg from 'pg';
import type { ClientBase } from 'pg';

import type { HavenConfig } from '@haven/config';

import { runtimeConnection } from './connection.js';
import type { DatabaseAddress } from './connection.js';
import { ConnectionWatch } from './connection-watch.js';
import type { WatchedClientConfig } from './watched-client.js';

/** PostgreSQL's settings by name. */
type Settings = Readonly<Record<string, string | number>>;

/** Options of a connection that keeps its session. */
interface SessionConfig extends WatchedClientConfig {
  /** Settings that `connectSession` applies. */
  readonly settings?: Settings;
}

/**
 * Returns the options of a connection that keeps its session, for `WatchedClient`. `options` are settings in addition
 * to those of every connection.
 *
 * The settings are parameters of the startup. If `database.poolMode` is `transaction`, the member `settings` contains
 * them instead, for `connectSession`: `database.sessionUrl` may lead to a pooler in session mode, and PgBouncer refuses
 * or drops such parameters.
 */
export function sessionConnection(address: DatabaseAddress, config: HavenConfig, options = ''): SessionConfig {
  const connection = { ...runtimeConnection(address, config), watch: ConnectionWatch.of(config) };
  const all = `${connection.options} ${options}`.trim();
  if (config.database.poolMode === 'session') return { ...connection, options: all };
  const { options: _, statement_timeout, idle_in_transaction_session_timeout, ...basic } = connection;
  const settings: Settings = { ...settingsIn(all), statement_timeout, idle_in_transaction_session_timeout };
  return { ...basic, settings };
}

/** Opens the connection, and applies the settings that its startup did not contain. */
export async function connectSession(client: pg.Client, settings: Settings = {}): Promise<void> {
  await client.connect();
  if (Object.keys(settings).length > 0) await client.query(`SELECT ${setConfig(settings, { isLocal: false })}`);
}

/**
 * Returns the process id of the session. The one that the driver knows is that of the connection with the pooler, if
 * there is one.
 */
export async function sessionPid(client: ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

/** Returns calls of PostgreSQL's `set_config`, for a SELECT. `isLocal` limits the settings to the transaction. */
export function setConfig(settings: Settings, { isLocal }: { isLocal: boolean }): string {
  return Object.entries(settings)
    .map(([name, value]) => `set_config('${name}', ${pg.escapeLiteral(String(value))}, ${isLocal})`)
    .join(', ');
}

/** Parses the format of the startup parameter `options`: `-c name=value`, with spaces in values escaped. */
export function settingsIn(options: string): Settings {
  const found = [...options.matchAll(/-c ([\w.]+)=((?:\\.|[^\s\\])*)/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value.replaceAll(/\\(.)/g, '$1')]));
}
