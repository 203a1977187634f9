import { setSourceMapsSupport } from 'node:module';

import type { StandbyMessage } from './standby-process.ts';

setSourceMapsSupport(true, { nodeModules: false }); // stack traces name Haven's sources

// A process that loads Haven's packages and then waits, because loading them takes most of the time of a start.
process.on('message', ({ packages, cli, args }: StandbyMessage) => {
  void (cli === undefined ? warmUp(packages) : start(cli, args));
});
process.once('disconnect', end);

function end(): void {
  process.exit();
}

async function warmUp(packages: readonly string[]): Promise<void> {
  await Promise.allSettled(packages.map((name) => import(name))); // Haven itself reports what cannot be loaded
}

/** Runs Haven as if it was started from the command line, without a channel to the parent process. */
async function start(cli: string, args: readonly string[]): Promise<void> {
  process.removeAllListeners('message');
  process.off('disconnect', end);
  process.disconnect();
  process.argv = [process.execPath, cli, 'start', ...args];
  await import(cli);
}
