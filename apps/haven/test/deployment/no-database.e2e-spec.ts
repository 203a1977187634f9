import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { loadConfig } from '@haven/config';
import type { HavenConfig } from '@haven/config';

import { backUp } from '../../src/backup/backup.js';
import { NO_PROGRESS } from '../../src/backup/transfer-progress.js';
import { migrateOnce } from '../../src/migrate-once.js';
import { Server } from '../../src/server.js';
import { Supervisor } from '../../src/supervisor.js';
import { verify } from '../../src/verify.js';

const dataDir = join(tmpdir(), 'haven-not-created');

it.each<[string, (config: HavenConfig) => Promise<unknown>]>([
  ['start', (config) => Server.start(config)],
  ['start with workers', (config) => Supervisor.start(config)],
  ['migrate', (config) => migrateOnce(config, () => undefined)],
  ['verify', (config) => verify(config, { audit: false, exported: [] })],
  ['backup', (config) => backUp(config, join(tmpdir(), 'haven-not-created.backup'), NO_PROGRESS)],
])('in production, haven %s without a database says so and creates nothing', async (_, run) => {
  const env = { HAVEN_ENV: 'production', HAVEN_DATA_DIR: dataDir };
  await expect(run(loadConfig({ configDir: 'config', env }).config)).rejects.toThrow(
    /^No database is configured: .*Set DATABASE_URL, or set HAVEN_DATABASE_EMBEDDED=true/,
  );
  expect(existsSync(dataDir)).toBe(false);
});
