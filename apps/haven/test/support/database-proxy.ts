import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

import type { DatabaseAddress } from '@haven/database';

/** Stands between Haven and PostgreSQL, and may withhold what PostgreSQL says to a COMMIT. */
export interface DatabaseProxy {
  /** The address for Haven. */
  address: DatabaseAddress;
  /** From now on a connection hears nothing any more once it has sent COMMIT. */
  withhold(): void;
  /** As if the database were gone, until it is back. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Opens a proxy before the database at `address`. */
export async function openDatabaseProxy(address: DatabaseAddress): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>();
  let withholding = false;
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const database = connect(socketOf(address));
    let silent = false;
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined); // one end that is killed ends the other
      socket.once('close', () => [client, database].forEach((end) => end.destroy()));
    }
    client.on('data', (sent: Buffer) => {
      silent ||= withholding && /commit/i.test(sent.toString('latin1'));
      database.write(sent);
    });
    database.on('data', (answer) => silent || client.write(answer));
  });
  const hangUp = (): void => sockets.forEach((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    address: { url: urlAt(address, port) },
    withhold: () => (withholding = true),
    cut: () => {
      isCut = true;
      hangUp();
    },
    mend: () => (isCut = false),
    close: async () => {
      hangUp();
      server.close();
      await once(server, 'close');
    },
  };
}

function socketOf(address: DatabaseAddress): { path: string } | { host: string; port: number } {
  if ('url' in address) {
    const { hostname, port } = new URL(address.url);
    return { host: hostname, port: Number(port || 5432) };
  }
  const { host, port } = address;
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}

function urlAt(address: DatabaseAddress, port: number): string {
  if (!('url' in address)) return `postgres://${address.user}@127.0.0.1:${port}/${address.database}`;
  return Object.assign(new URL(address.url), { host: `127.0.0.1:${port}` }).href;
}
