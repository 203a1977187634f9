import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';

import type { DatabaseAddress } from '@haven/database';

import { socketOf } from './database-proxy.js';

const execute = promisify(execFile);

/** The first bytes of a connection that asks for TLS: the length 8 and the code 80877103. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** A certificate of a server and its key, in PEM format. */
export interface ServerCertificate {
  cert: string;
  key: string;
}

/** The behavior of a test server. Tests may change it while it runs. */
export interface TlsProxyBehavior {
  /** Whether it supports TLS, and whether it rejects connections without TLS as `hostssl` in `pg_hba.conf` does. */
  tls: 'none' | 'offered' | 'required';
  /** Whether it says that transactions are read-only. */
  isReadOnly: boolean;
  /** Whether it closes connections at once. */
  isDown: boolean;
}

/** A server in front of a test's database that speaks TLS, which the database itself need not do. */
export interface TlsProxy extends TlsProxyBehavior {
  readonly port: number;
  /** Number of sessions that were opened, by whether they were encrypted. */
  readonly sessions: { encrypted: number; plain: number };
  /** Closes the open connections. */
  cut(): void;
  close(): Promise<void>;
}

export async function openTlsProxy(
  address: DatabaseAddress,
  { cert, key }: ServerCertificate,
  behavior: Partial<TlsProxyBehavior> = {},
): Promise<TlsProxy> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer(async (client) => {
    track(client);
    if (proxy.isDown) return void client.destroy();
    let first = await firstBytes(client);
    const asksForTls = first.equals(SSL_REQUEST);
    const isEncrypted = asksForTls && proxy.tls !== 'none';
    let stream: Socket = client;
    if (asksForTls) {
      client.write(isEncrypted ? 'S' : 'N');
      if (isEncrypted) stream = track(new TLSSocket(client, { isServer: true, cert, key }));
      first = await firstBytes(stream);
    }
    if (first.length === 0) return;
    if (!isEncrypted && proxy.tls === 'required')
      return void stream.end(rejection('no pg_hba.conf entry, no encryption'));
    proxy.sessions[isEncrypted ? 'encrypted' : 'plain']++;
    const database = track(connect(socketOf(address)));
    database.write(proxy.isReadOnly ? withReadOnly(first) : first);
    stream.pipe(database).pipe(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const proxy: TlsProxy = {
    tls: 'offered',
    isReadOnly: false,
    isDown: false,
    ...behavior,
    port: (server.address() as { port: number }).port,
    sessions: { encrypted: 0, plain: 0 },
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** Creates a certificate authority in the directory, as `<name>.pem`. Returns a function that issues certificates. */
export async function createAuthority(directory: string, name: string) {
  const file = (suffix: string): string => join(directory, `${name}${suffix}`);
  const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-keyout', file('.key'), '-out', file('.pem'), '-subj', `/CN=${name}`, '-days', '2'];
  await execute('openssl', ['req', '-x509', ...keys, ...authority]);
  return async (host: string): Promise<ServerCertificate> => {
    const paths = { key: file(`-${host}.key`), request: file(`-${host}.csr`), cert: file(`-${host}.pem`) };
    const names = file(`-${host}.ext`);
    await writeFile(names, `subjectAltName=DNS:${host}`);
    await execute('openssl', [
      'req',
      '-new',
      ...keys,
      '-keyout',
      paths.key,
      '-out',
      paths.request,
      '-subj',
      `/CN=${host}`,
    ]);
    const issuer = ['-CA', file('.pem'), '-CAkey', file('.key'), '-CAcreateserial'];
    await execute('openssl', ['x509', '-req', '-in', paths.request, ...issuer, '-out', paths.cert, '-extfile', names]);
    return { cert: await readFile(paths.cert, 'utf8'), key: await readFile(paths.key, 'utf8') };
  };
}

/** Waits for the first bytes of a connection; they are empty if it is closed before. */
function firstBytes(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    socket.once('data', resolve);
    socket.once('close', () => resolve(Buffer.alloc(0)));
  });
}

/** Adds a setting to the startup message: its length, its version and pairs of names and values. */
function withReadOnly(startup: Buffer): Buffer {
  const setting = Buffer.from('default_transaction_read_only\0on\0\0');
  const message = Buffer.concat([startup.subarray(0, -1), setting]);
  message.writeInt32BE(message.length);
  return message;
}

/** The error that PostgreSQL sends to a client that no line of `pg_hba.conf` matches. */
function rejection(text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C28000\0M${text}\0\0`);
  const head = Buffer.from('E\0\0\0\0', 'latin1');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
