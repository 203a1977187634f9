import { setSourceMapsSupport } from 'node:module';

import type { StandbyOrder } from './standby-process.ts';

setSourceMapsSupport(true, { nodeModules: false }); // stack traces name Haven's sources

// A process that has loaded Haven's packages and waits: loading them is most of a start.
process.on('message', ({ packages, cli, args }: StandbyOrder) => {
  void (cli === undefined ? warmUp(packages) : start(cli, args));
});
process.once('disconnect', end);

function end(): void {
  process.exit();
}

async function warmUp(packages: readonly string[]): Promise<void> {
  await Promise.allSettled(packages.map((name) => import(name))); // Haven itself reports what cannot be loaded
}

/** Becomes a Haven that was started from the command line, without a channel to its parent. */
async function start(cli: string, args: readonly string[]): Promise<void> {
  process.removeAllListeners('message');
  process.off('disconnect', end);
  process.disconnect();
  process.argv = [process.execPath, cli, 'start', ...args];
  await import(cli);
}
