import type { Pool } from 'pg';
import { expect, it, vi } from 'vitest';

import { Access, ClientGone, withoutClient } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { ConnectionPool } from './connection-pool.js';

const ignore = (): void => undefined;
const metrics = { watch: ignore, recordWait: ignore, recordRefusal: ignore, recordCancellation: ignore };

/** Creates a pool of one connection, and a caller whose client disconnects when `disconnect` is called. */
function poolOfOne() {
  const client = { release: vi.fn<(destroy?: boolean) => void>() };
  const connect = vi.fn<() => Promise<typeof client>>(async () => client);
  const options = { size: 1, isShared: true, acquireTimeout: 60_000, tenantQueue: 1, burstWait: 0 };
  const pool = new ConnectionPool(() => ({ connect }) as unknown as Pool, options, metrics);
  const listeners = new Set<() => void>();
  const connection = { isGone: false, onGone: (listener: () => void) => (listeners.add(listener), () => undefined) };
  const caller: Caller = { tenantId: 'a', actor: 'anonymous', traceId: '', access: Access.full, client: connection };
  const disconnect = (): void => {
    connection.isGone = true;
    for (const listener of listeners) listener();
  };
  return { pool, connect, client, caller, disconnect };
}

it('gives no connection to a request whose client disconnects while the connection is opened', async () => {
  const { pool, connect, client, caller, disconnect } = poolOfOne();
  connect.mockImplementationOnce(async () => {
    disconnect();
    return client;
  });
  await expect(pool.exclusive(caller)).rejects.toThrow(ClientGone);
  expect(client.release).toHaveBeenCalledTimes(1);
  await expect(pool.exclusive(withoutClient(caller))).resolves.toBeDefined();
});

it('lets a request whose client disconnects no longer wait', async () => {
  const { pool, connect, caller, disconnect } = poolOfOne();
  const other = withoutClient(caller);
  const held = await pool.exclusive(other);
  const waiting = pool.exclusive(caller);
  disconnect();
  await expect(waiting).rejects.toThrow(ClientGone);
  await held.release();
  await expect(pool.exclusive(other)).resolves.toBeDefined();
  expect(connect).toHaveBeenCalledTimes(2);
});
