import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

import type { DatabaseAddress } from '@haven/database';

/** A TCP proxy between Haven and PostgreSQL that can withhold responses, drop packets and close connections. */
export interface DatabaseProxy {
  /** The address that Haven connects to, with a session URL if the proxied address has one. */
  address: DatabaseAddress;
  /**
   * From now on, a connection receives nothing after it has sent the end of a transaction that contains `text`: COMMIT,
   * or the response to a request with a key, which is stored in one round trip with its write.
   */
  withhold(text: string): void;
  /** Closes all connections and rejects new ones until `restore` is called. */
  cut(): void;
  /** From now on, open connections and new ones stay open, but nothing is forwarded: the network drops all packets. */
  silence(): void;
  /** Like `silence`, for the open connections only. */
  silenceOpenConnections(): void;
  /** Lets new connections work again. Connections that were silenced stay silent. */
  restore(): void;
  /** Number of connections that were accepted so far. */
  readonly accepted: number;
  close(): Promise<void>;
}

/** Opens a proxy for the database at `address`. */
export async function openDatabaseProxy(address: DatabaseAddress): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>();
  let withheld: string | undefined;
  let isCut = false;
  let isSilenced = false;
  let accepted = 0;
  const silencers = new Set<() => void>();
  const forward = (target: ReturnType<typeof socketOf>) => (client: Socket) => {
    if (isCut) return void client.destroy();
    accepted++;
    const database = connect(target);
    let isSilent = false;
    let hasText = false;
    let isDropping = isSilenced;
    silencers.add(() => (isDropping = true));
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => undefined); // `close` follows and closes the other end too
      socket.once('close', () => [client, database].forEach((end) => end.destroy()));
    }
    client.on('data', (sent: Buffer) => {
      const statements = sent.toString('latin1');
      hasText ||= withheld !== undefined && statements.includes(withheld);
      isSilent ||= hasText && /commit|idempotency\.store/i.test(statements);
      if (!isDropping) database.write(sent);
    });
    database.on('data', (response) => isSilent || isDropping || client.write(response));
  };
  const closeConnections = (): void => sockets.forEach((socket) => socket.destroy());
  const servers: Server[] = [];
  const open = async (target: DatabaseAddress): Promise<string> => {
    const server = createServer(forward(socketOf(target))).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return urlAt(target, (server.address() as { port: number }).port);
  };
  const url = await open(address);
  const sessionUrl = 'url' in address && address.sessionUrl ? await open({ url: address.sessionUrl }) : undefined;
  return {
    address: { url, ...(sessionUrl !== undefined && { sessionUrl }) },
    withhold: (text) => (withheld = text),
    cut: () => {
      isCut = true;
      closeConnections();
    },
    silence: () => {
      isSilenced = true;
      for (const silence of silencers) silence();
    },
    silenceOpenConnections: () => {
      for (const silence of silencers) silence();
    },
    restore: () => {
      isCut = isSilenced = false;
    },
    get accepted() {
      return accepted;
    },
    close: async () => {
      closeConnections();
      await Promise.all(servers.map((server) => once(server.close(), 'close')));
    },
  };
}

/** Returns where the server of a test's database listens. */
export function socketOf(address: DatabaseAddress): { path: string } | { host: string; port: number } {
  if ('url' in address) {
    const { hostname, port, searchParams } = new URL(address.url);
    const directory = searchParams.get('host');
    if (directory !== null) return { path: `${directory}/.s.PGSQL.${searchParams.get('port')}` };
    return { host: hostname, port: Number(port || 5432) };
  }
  const { host, port } = address;
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}

function urlAt(address: DatabaseAddress, port: number): string {
  if (!('url' in address)) return `postgres://${address.user}@127.0.0.1:${port}/${address.database}`;
  const url = Object.assign(new URL(address.url), { host: `127.0.0.1:${port}` });
  for (const parameter of ['host', 'port']) url.searchParams.delete(parameter);
  return url.href;
}
