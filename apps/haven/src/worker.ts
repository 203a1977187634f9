import type { HavenConfig, LoadedConfig } from '@haven/config';
import type { DatabaseAddress } from '@haven/database';

import { settleHeap } from './heap-size.js';
import { Server } from './server.js';
import { reasonOf } from './start-error.js';
import { stopSignal } from './stop-signal.js';

/**
 * Parameters of a worker: the database, which may be the embedded one of the parent, and the port. If the configured
 * port is 0, `port` is the one that the first worker was assigned.
 */
export interface WorkerPlacement {
  address: DatabaseAddress;
  port: number;
  /** Index of the worker, from 0. */
  index: number;
}

/** Messages from the supervisor to a worker: first its parameters, finally the request to stop. */
export type SupervisorMessage = WorkerPlacement | 'stop';

/** The only message from a worker to the supervisor: that it serves, or why it cannot. */
export type WorkerMessage = { origin: string; firstKey: string | null } | { failed: string };

/**
 * Serves as one of several processes, until the supervisor or a signal stops it. Node also ends a worker when its
 * parent ends. This is intended, because nothing could stop or restart a worker that outlived its parent. No data is
 * lost: every change that a response has confirmed is committed.
 */
export async function runWorker({ config }: LoadedConfig): Promise<void> {
  const { placement, stopped } = listenToSupervisor();
  try {
    const { address, ...rest } = await placement;
    const server = await Server.on({ address, stop: async () => undefined }, workerConfig(rest, config));
    const { origin, firstKey } = server;
    settleHeap();
    await sendToSupervisor({ origin, firstKey });
    await stopped;
    await server.stop();
    process.exit(0);
  } catch (error) {
    await sendToSupervisor({ failed: reasonOf(error, config) });
    process.exit(1);
  }
}

function listenToSupervisor(): { placement: Promise<WorkerPlacement>; stopped: Promise<void> } {
  const placement = Promise.withResolvers<WorkerPlacement>();
  const stop = Promise.withResolvers<void>();
  process.on('message', (message: SupervisorMessage) =>
    message === 'stop' ? stop.resolve() : placement.resolve(message),
  );
  return { placement: placement.promise, stopped: Promise.race([stop.promise, stopSignal()]) };
}

/** Metrics belong to one process, so each worker has its own metrics port: the configured one plus its index. */
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
