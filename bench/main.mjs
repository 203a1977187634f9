import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { buildIfNeeded, cli } from '../scripts/build.mjs';

const { values: options } = parseArgs({
  options: {
    profile: { type: 'string' },
    operations: { type: 'string', default: 'get,list,filter,create,patch' },
    doors: { type: 'string', default: 'rest,graphql' },
    connections: { type: 'string', default: '1,16,64' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    data: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

if (!buildIfNeeded()) process.exit(1);
const { BenchDatabase } = await import('./database.mjs');
const { ServerProcess } = await import('./server-process.mjs');
const { compare } = await import('./compare.mjs');
const { profile } = await import('./profile.mjs');

const dataDir = options.data ?? mkdtempSync(join(tmpdir(), 'haven-bench-'));
const database = await BenchDatabase.open(dataDir);
const servers = [];
try {
  const haven = await start('haven', cli, {
    args: ['start', '--set', 'log.format=json'],
    env: { HAVEN_DATA_DIR: dataDir, NODE_ENV: 'production' },
    path: '/readyz',
  });
  await database.fill(haven.origin);
  if (options.profile) await profile(haven, options.profile, Number(options.seconds));
  else {
    const floor = (name) => start(name, join(import.meta.dirname, `floors/${name}.mjs`), { env: database.environment });
    await compare({ haven, plain: await floor('plain'), raw: await floor('raw') }, database, {
      operations: options.operations.split(','),
      doors: options.doors.split(','),
      connections: options.connections.split(',').map(Number),
      rounds: Number(options.rounds),
      seconds: Number(options.seconds),
      write: options.write,
    });
  }
} finally {
  for (const server of servers) await server.stop();
  await database.stop();
  if (!options.data) rmSync(dataDir, { recursive: true, force: true });
}

async function start(name, module, settings) {
  const server = await ServerProcess.start(name, module, settings);
  servers.push(server);
  return server;
}
