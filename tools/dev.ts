import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { cliOfModules, forgetBuild, modules, root } from './build.ts';

const SETTLE_MS = 80;
const STOP_MS = 5_000;

const args = process.argv.slice(2);
let database; // the embedded PostgreSQL, held here so that it outlives the restarts
let haven; // the running Haven, or undefined
let timer;
let restarting = Promise.resolve();
let compiled = false;
let stopping = false;

forgetBuild(); // from here on the compiler below writes to dist/
const compiler = spawn(join(root, 'node_modules/.bin/nest'), ['build', '--watch', '--preserveWatchOutput'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
let line = '';
compiler.stdout.on('data', (chunk) => {
  process.stdout.write(chunk);
  const lines = (line + stripVTControlCharacters(String(chunk))).split('\n');
  line = lines.pop();
  if (!lines.some((text) => text.includes('Found 0 errors'))) return;
  compiled = true;
  restartSoon();
});
compiler.on('exit', (code) => stop(code ?? 1));
watch(process.env['HAVEN_CONFIG_DIR'] || join(root, 'config'), restartSoon);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop(0));

/** One restart for a burst of changes; a change during a restart causes another one after it. */
function restartSoon() {
  if (!compiled || stopping) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    restarting = restarting.then(restart).catch((error) => console.error(error));
  }, SETTLE_MS);
}

async function restart() {
  await endHaven();
  if (stopping) return;
  await keepDatabase();
  if (stopping) return;
  const child = spawn(process.execPath, ['--enable-source-maps', cliOfModules, 'start', ...args], { stdio: 'inherit' });
  haven = child;
  child.once('exit', (code, signal) => {
    if (haven === child) haven = undefined;
    else return;
    console.log(`Haven ended (${signal ?? code}); it starts again at the next change.`);
  });
}

async function endHaven() {
  const child = haven;
  haven = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(kill);
}

/** Haven attaches to a server that runs already. With a mistake in the configuration this waits; Haven reports it. */
async function keepDatabase() {
  if (database) return;
  const { ConfigError, EmbeddedPostgres, loadConfig } = await import(join(modules, 'libs/platform/src/index.js'));
  try {
    const { config } = loadConfig({ configDir: join(root, 'config'), set: settings() });
    if (config.database.url !== undefined) return;
    database = await EmbeddedPostgres.start({ dataDir: config.database.dataDir });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
}

/** The values of `--set a=b` and `--set=a=b`. */
function settings() {
  return args.flatMap((arg, index) => {
    if (arg.startsWith('--set=')) return [arg.slice('--set='.length)];
    return args[index - 1] === '--set' ? [arg] : [];
  });
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  clearTimeout(timer);
  compiler.kill();
  await restarting;
  await endHaven();
  await database?.stop();
  process.exit(code);
}
