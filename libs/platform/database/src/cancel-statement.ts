import pg from 'pg';
import type { PoolClient } from 'pg';

import { sqlState } from '@haven/kernel';

import { sendPipeline } from './pipeline.js';
import type { Statement } from './pipeline.js';

/** Maximum time for the request to cancel a statement, in milliseconds. The statement is not cancelled after that. */
const TIMEOUT_MS = 5_000;

const CHECK: Statement = { text: 'SELECT 1', values: [] };

/** SQLSTATE `query_canceled`. */
const QUERY_CANCELED = '57014';

/** The properties of a connection that its types do not declare. */
interface Backend {
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
  readonly ssl: boolean | object;
}

/**
 * Asks PostgreSQL to cancel the statement that runs on a connection (Frontend/Backend Protocol, "Canceling Requests in
 * Progress"). This takes a connection of its own, which PostgreSQL closes after it has sent the signal. Never throws:
 * if the request fails, the statement runs until `database.statementTimeout`.
 */
export function cancelStatement(client: PoolClient): Promise<void> {
  const { host, port, processID, secretKey, ssl } = client as unknown as Backend;
  // `Connection` is the driver's own protocol class; its types lack the methods that its client uses here.
  const connection = new (pg.Connection as unknown as new (config: { ssl: Backend['ssl'] }) => CancelConnection)({
    ssl,
  });
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve();
    };
    const timer = setTimeout(end, TIMEOUT_MS);
    const cancel = (): void => connection.cancel(processID, secretKey);
    connection.on('connect', ssl ? () => connection.requestSsl() : cancel);
    connection.on('sslconnect', cancel);
    connection.on('error', end);
    connection.on('end', end);
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}

interface CancelConnection {
  readonly stream: { destroy(): void };
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  on(event: string, listener: () => void): void;
}

/**
 * Returns whether the connection can be used again after `cancelStatement` has ended: it responds and is not in a
 * transaction that failed. A cancellation that arrives late may cancel the first check instead.
 */
export async function isUsable(client: PoolClient): Promise<boolean> {
  for (const last of [false, true]) {
    try {
      await sendPipeline(client, [CHECK]);
      return true;
    } catch (error) {
      if (last || sqlState(error) !== QUERY_CANCELED) return false;
    }
  }
  return false;
}
