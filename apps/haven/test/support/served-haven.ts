import pg from 'pg';
import { expect, vi } from 'vitest';

import { haven } from './process.js';

/** Runs one statement over a new connection. */
export async function sql(url: string, text: string): Promise<any[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Keeps a transaction with an event open until the server stops. */
export async function holdTransaction(url: string, record: string): Promise<void> {
  const client = new pg.Client(url);
  client.on('error', () => undefined); // the server stops while the connection is open
  await client.connect();
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
     SELECT tenant_id, collection_id, gen_random_uuid(), 1, type, data, actor, trace_id, created_at, at
     FROM haven.events WHERE record_id = $1`,
    [record],
  );
}

/** Starts a Haven process on the database and returns functions to call it. */
export function serve(url: string) {
  const server = haven(['start'], { DATABASE_URL: url });
  const call = async (method: string, path: string, body?: object): Promise<any> => {
    const response = await fetch(`${await server.origin}/api/v1${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    expect(response.status, `${method} ${path}`).toBeLessThan(300);
    return response.status === 204 ? undefined : response.json();
  };
  return {
    call,
    create: async (n: number): Promise<string> =>
      (await call('POST', '/collections/films/records', { data: { n } })).id,
    /** Returns the feed once it has `count` events. */
    waitForChanges: (count: number): Promise<any> =>
      vi.waitFor(
        async () => {
          const page = await call('GET', '/changes?limit=100&after=earliest');
          expect(page.items).toHaveLength(count);
          return page;
        },
        { timeout: 30_000, interval: 50 },
      ),
    stop: async (): Promise<void> => {
      server.child.kill('SIGTERM');
      await server.ended;
    },
  };
}
