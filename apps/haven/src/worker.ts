import type { HavenConfig, LoadedConfig } from '@haven/config';
import type { DatabaseAddress } from '@haven/database';

import { Server } from './server.js';
import { reasonOf } from './start-error.js';
import { stopSignal } from './stop-signal.js';

/** Where the database is, which may be the parent's embedded one, and the port: where any was asked for, the one that was found. */
export interface WorkerPlacement {
  address: DatabaseAddress;
  port: number;
  /** Its own among those of the parent, from 0 on. */
  index: number;
}

/** What the parent says to a worker: first where it is, and at last to stop. */
export type SupervisorMessage = WorkerPlacement | 'stop';

/** What a worker says to its parent, once: that it serves, or why it can not. */
export type WorkerMessage = { origin: string; firstKey: string | null } | { failed: string };

/**
 * Serves as one process of several, until the parent or a signal says stop. Node ends a worker whose parent is gone: what it has
 * answered is committed, and nobody would start it again or stop it.
 */
export async function runWorker({ config }: LoadedConfig): Promise<void> {
  const { place, stopped } = orders();
  try {
    const { address, ...index } = await place;
    const server = await Server.on({ address, stop: async () => undefined }, workerConfig(index, config));
    const { origin, firstKey } = server;
    await sendToSupervisor({ origin, firstKey });
    await stopped;
    await server.stop();
    process.exit(0);
  } catch (error) {
    await sendToSupervisor({ failed: reasonOf(error, config) });
    process.exit(1);
  }
}

function orders(): { place: Promise<WorkerPlacement>; stopped: Promise<void> } {
  const place = Promise.withResolvers<WorkerPlacement>();
  const ordered = Promise.withResolvers<void>();
  process.on('message', (message: SupervisorMessage) =>
    message === 'stop' ? ordered.resolve() : place.resolve(message),
  );
  return { place: place.promise, stopped: Promise.race([ordered.promise, stopSignal()]) };
}

/** Metrics are of one process, so each worker has a port for its own: the one that is set, and those that follow. */
function workerConfig({ port, index }: Omit<WorkerPlacement, 'address'>, config: HavenConfig): HavenConfig {
  const { server, metrics } = config;
  const own = metrics.port ? { port: metrics.port + index } : {};
  return Object.assign({}, config, {
    server: Object.assign({}, server, { port }),
    metrics: Object.assign({}, metrics, own),
  });
}

function sendToSupervisor(message: WorkerMessage): Promise<void> {
  return new Promise((sent) => process.send?.(message, undefined, undefined, () => sent()));
}
