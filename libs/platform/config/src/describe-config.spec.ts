import { join } from 'node:path';

import { expect, it } from 'vitest';
import { parse } from 'yaml';

import { describeConfig } from './describe-config.js';
import { loadConfig } from './load-config.js';
import { settings } from './settings.js';

const configDir = join(import.meta.dirname, '../../../../config');

it('shows every value with its unit and its origin', () => {
  const text = describeConfig(loadConfig({ configDir, env: { PORT: '9090', HAVEN_ENV: 'production' } }));
  expect(text).toMatch(/^# environment: production\nserver:\n/);
  expect(text).toMatch(/^ {2}port: 9090 +# environment variable PORT$/m);
  expect(text).toMatch(/^ {2}drainDelay: 5s +# .*production\.yaml:\d+$/m);
  expect(text).toMatch(/^ {2}bodyBytes: 1MiB +# .*default\.yaml:\d+$/m);
  expect(text).toMatch(/^ {2}# url: +# not set$/m);
  for (const { key } of settings) expect(text).toMatch(new RegExp(`^ +(# )?${key}:`, 'm'));
});

it('is YAML with the same meaning', () => {
  const set = ['server.trustProxy=loopback,::1', 'database.dataDir=a: "b" # c', 'log.level=warn'];
  const shown: unknown = parse(describeConfig(loadConfig({ configDir, env: {}, set })));
  expect(shown).toMatchObject({
    server: { trustProxy: ['loopback', '::1'], port: 8080 },
    database: { dataDir: 'a: "b" # c', acquireTimeout: '3s' },
    log: { level: 'warn' },
  });
});

it('masks passwords, also in the origin', () => {
  const url = 'postgres://haven:hunter2@db:5432/haven';
  const text = describeConfig(loadConfig({ configDir, env: {}, set: [`database.url=${url}`] }));
  expect(text).toMatch(/^ {2}url: postgres:\/\/haven:\*\*\*@db:5432\/haven +# --set database\.url=\(hidden\)$/m);
  expect(text).toMatch(/^ {2}migrationUrl: postgres:\/\/haven:\*\*\*@db:5432\/haven +# same as database\.url$/m);
  expect(text).not.toContain('hunter2');
});
