import type { Client } from 'pg';

/** Number of statements on each of two connections. A busy pooler needs several to reveal that it shares sessions. */
const ROUNDS = 5;

/**
 * Whether a connection pooler runs the transactions of `client` in sessions of PostgreSQL that other connections use as
 * well. `open` opens a second connection to the same URL, which is closed again.
 *
 * A direct connection needs one round trip: the process id that it received at the startup is that of its session. A
 * pooler sends its own numbers instead, because with them it finds the session of a statement that is to be cancelled.
 */
export async function sharesSessions(client: Client, open: () => Promise<Client>): Promise<boolean> {
  const { processID } = client as unknown as { processID: number }; // missing in the driver's types
  const own = await pidOf(client);
  if (own === processID) return false;
  const other = await open();
  try {
    const others = await pidOf(other).catch(() => undefined);
    if (others === undefined) return false; // a pooler in session mode has no second session
    if (own === others) return true;
    for (let round = 1; round < ROUNDS; round++)
      if ((await pidOf(client)) !== own || (await pidOf(other)) !== others) return true;
    return false;
  } finally {
    await other.end().catch(() => undefined); // it may be broken
  }
}

async function pidOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
