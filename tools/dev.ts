import { watch } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { watchHaven } from './bundle.ts';
import { StandbyProcess } from './dev/standby-process.ts';
import { loadEmbedded } from './embedded.ts';
import type { EmbeddedServer } from './embedded.ts';
import { root } from './tool.ts';

/** Delay between a change to a configuration file and the restart, because saving a file can cause several events. */
const SETTLE_MS = 50;

const args = process.argv.slice(2);
const directory = join(root, 'dist/dev');
const cli = pathToFileURL(join(directory, 'cli.js')).href;
let packages: readonly string[] = [];
let database: EmbeddedServer | undefined; // held by this process, so that it keeps running during restarts
let haven: StandbyProcess | undefined;
let standby: StandbyProcess | undefined;
let timer: NodeJS.Timeout | undefined;
let restarting = Promise.resolve();
let stopping = false;

const builder = watchHaven(root, directory, (imported) => {
  packages = imported;
  restartSoon(0);
});
builder.on('event', async (event) => {
  if (event.code === 'ERROR') console.error(`${event.error.message}\nHaven keeps running without this change.`);
  if (event.code === 'BUNDLE_END') console.log(`Built in ${event.duration} ms.`);
  if (event.code === 'BUNDLE_END' || event.code === 'ERROR') await event.result.close();
});
watch(process.env['HAVEN_CONFIG_DIR'] || join(root, 'config'), () => restartSoon(SETTLE_MS));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop());

/** Restarts once for a burst of changes. A change during a restart causes another restart afterwards. */
function restartSoon(milliseconds: number): void {
  if (packages.length === 0 || stopping) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    restarting = restarting.then(restart).catch((error: unknown) => console.error(error));
  }, milliseconds);
}

async function restart(): Promise<void> {
  await haven?.stop();
  haven = undefined;
  await keepDatabase();
  if (stopping) return;
  const next = standby ?? new StandbyProcess(packages);
  haven = next;
  next.start(cli, args, (how) => {
    if (haven !== next) return;
    haven = undefined;
    console.log(`Haven ended (${how}). It will be started again at the next change.`);
  });
  standby = new StandbyProcess(packages);
}

/**
 * Starts the embedded PostgreSQL server, to which Haven then connects. Does nothing if the configuration is invalid,
 * because Haven reports that itself.
 */
async function keepDatabase(): Promise<void> {
  if (database) return;
  const { ConfigError, EmbeddedPostgres, loadConfig } = await loadEmbedded();
  try {
    const { config } = loadConfig({ configDir: join(root, 'config'), set: settings() });
    if (!config.database.embedded) return;
    database = await EmbeddedPostgres.start({ dataDir: config.database.dataDir });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
}

/** Returns the values of `--set a=b` and `--set=a=b`. */
function settings(): string[] {
  return args.flatMap((arg, index) => {
    if (arg.startsWith('--set=')) return [arg.slice('--set='.length)];
    return args[index - 1] === '--set' ? [arg] : [];
  });
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  clearTimeout(timer);
  await Promise.all([builder.close(), restarting, standby?.stop()]);
  await haven?.stop();
  await database?.stop();
  process.exit(0);
}
