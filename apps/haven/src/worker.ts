import type { DatabaseAddress, LoadedConfig } from '@haven/platform';

import { Server } from './server.js';
import { reasonOf } from './start-error.js';
import { stopSignal } from './stop-signal.js';

/** What the parent says to a worker: first where the database is, which may be its own embedded one, and at last to stop. */
export type Order = { address: DatabaseAddress } | 'stop';

/** What a worker says to its parent, once: that it serves, or why it can not. */
export type Report = { origin: string; firstKey: string | null } | { failed: string };

/**
 * Serves as one process of several, until the parent or a signal says stop. Node ends a worker whose parent is gone: what it has
 * answered is committed, and nobody would start it again or stop it.
 */
export async function runWorker({ config }: LoadedConfig): Promise<void> {
  const { address, stopped } = orders();
  try {
    const server = await Server.on({ address: await address, stop: async () => undefined }, config);
    const { origin, firstKey } = server;
    await report({ origin, firstKey });
    await stopped;
    await server.stop();
    process.exit(0);
  } catch (error) {
    await report({ failed: reasonOf(error, config) });
    process.exit(1);
  }
}

function orders(): { address: Promise<DatabaseAddress>; stopped: Promise<void> } {
  const address = Promise.withResolvers<DatabaseAddress>();
  const ordered = Promise.withResolvers<void>();
  process.on('message', (order: Order) => (order === 'stop' ? ordered.resolve() : address.resolve(order.address)));
  return { address: address.promise, stopped: Promise.race([ordered.promise, stopSignal()]) };
}

function report(message: Report): Promise<void> {
  return new Promise((sent) => process.send?.(message, undefined, undefined, () => sent()));
}
