import type { LoadedConfig } from '@haven/config';

import { settleHeap } from './heap-size.js';
import { publishServer } from './running-servers.js';
import { Server } from './server.js';
import { reasonOf } from './start-error.js';
import { firstKeyScreen, startScreen } from './start-screen.js';
import { stopSignal } from './stop-signal.js';
import { workerCount } from './worker-count.js';
import { Supervisor } from './supervisor.js';

/**
 * Runs Haven until SIGINT or SIGTERM and then exits: with 0 after an orderly stop, or with 1 and one sentence on stderr
 * if it could not start or stop. Never rejects.
 */
export async function runHaven(loaded: LoadedConfig): Promise<void> {
  const stopped = stopSignal();
  const stopping = new AbortController();
  void stopped.then(() => stopping.abort());
  try {
    const kind = workerCount(loaded.config) > 1 ? Supervisor : Server;
    const server = await kind.start(loaded.config, stopping.signal);
    settleHeap();
    announce(loaded, server);
    const withdraw = publishServer(server.origin);
    await stopped;
    if (isForPeople(loaded)) process.stdout.write('\n  Stopping. Press Ctrl-C again to stop at once.\n');
    withdraw();
    await server.stop();
    process.exit(0);
  } catch (error) {
    if (error === stopping.signal.reason && stopping.signal.aborted) process.exit(0); // stopped while it migrated
    process.stderr.write(`${reasonOf(error, loaded.config)}\n`);
    process.exit(1);
  }
}

function announce(loaded: LoadedConfig, { origin, dataDir, firstKey, log }: Server | Supervisor): void {
  const injected = loaded.injected.join(', ');
  if (injected !== '') log.pino.info(`Ignored variables that the platform sets for a Service or link: ${injected}`);
  if (isForPeople(loaded)) process.stdout.write(startScreen(loaded, origin, dataDir));
  else log.pino.info({ origin, environment: loaded.environment }, 'Haven listens');
  if (firstKey !== null) process.stdout.write(firstKeyScreen(firstKey));
}

function isForPeople({ config, environment }: LoadedConfig): boolean {
  return config.log.format !== 'json' && (process.stdout.isTTY || environment === 'local');
}
