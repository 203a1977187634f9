import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '@haven/config';

import { DatabaseConfig } from '../../../../libs/platform/config/src/database.config.js';

const shipped = join(import.meta.dirname, '../../../../config');
let configDir: string;

beforeEach(() => {
  configDir = mkdtempSync(join(tmpdir(), 'haven-config-'));
  cpSync(shipped, configDir, { recursive: true });
});
afterEach(() => rmSync(configDir, { recursive: true }));

describe('the shipped configuration files', () => {
  it('contain the default of every setting; durations are parsed to milliseconds, sizes to bytes', () => {
    const { config, environment } = loadConfig({ configDir: shipped, env: {} });
    expect(environment).toBe('local');
    expect(config.database).toBeInstanceOf(DatabaseConfig);
    expect(config.server).toEqual({
      host: '127.0.0.1',
      port: 8080,
      workers: 1,
      drainDelay: 0,
      shutdownTimeout: 20_000,
      trustProxy: [],
      hstsMaxAge: 365 * 24 * 3_600_000,
      compression: true,
    });
    expect(config.database.url).toBeUndefined();
    expect(config.limits).toMatchObject({ bodyBytes: 1_048_576, schemaBytes: 262_144, pageSize: 500 });
    expect(config.log).toEqual({ level: 'info', format: 'auto', sampleSuccesses: '1', slowRequests: 1_000 });
  });

  it('use any free port and no log in tests', () => {
    const { config } = loadConfig({ configDir: shipped, env: { HAVEN_ENV: 'test' } });
    expect([config.server.port, config.log.level]).toEqual([0, 'silent']);
  });

  it('enable draining and JSON logs, and disable the IDE, in production', () => {
    const { config } = loadConfig({ configDir: shipped, env: { HAVEN_ENV: 'production' } });
    expect([config.server.drainDelay, config.log.format, config.graphql.ide]).toEqual([5000, 'json', false]);
  });

  it('limit a key, a tenant and an address to a share of one process in production, and hardly in local', () => {
    const load = (environment: string) => loadConfig({ configDir: shipped, env: { HAVEN_ENV: environment } }).config;
    const { rateLimits, overload, limits, connections } = load('production');
    const { perKey, perTenant, perAddress, writeCost, concurrentPerTenant } = rateLimits;
    expect([perKey, perTenant, perAddress]).toEqual([10_000, 15_000, 20_000]); // docs/rate-limits.md explains them
    expect(perKey).toBeGreaterThan(writeCost + limits.batchOperations); // otherwise the largest batch never passes
    expect(2 * concurrentPerTenant).toBeLessThanOrEqual(overload.poolQueue);
    expect(2 * connections.pending).toBeLessThanOrEqual(connections.max);
    expect(2 * limits.pendingSockets).toBeLessThanOrEqual(limits.sockets);
    expect(load('local').rateLimits.perKey).toBe(10 * perKey);
  });
});

describe('configuration layers', () => {
  it('override earlier layers, and each value has its origin', () => {
    writeFileSync(join(configDir, 'local.yaml'), 'server:\n  port: 1\n  drainDelay: 1s\n  shutdownTimeout: 1s\n');
    const { config, origins } = loadConfig({
      configDir,
      env: { PORT: '2', HAVEN_SERVER_DRAIN_DELAY: '2s' },
      set: ['server.port=3'],
    });
    expect(config.server).toMatchObject({ host: '127.0.0.1', shutdownTimeout: 1000, drainDelay: 2000, port: 3 });
    expect(origins.get('server.host')).toBe(`${configDir}/default.yaml:5`);
    expect(origins.get('server.shutdownTimeout')).toBe(`${configDir}/local.yaml:4`);
    expect(origins.get('server.drainDelay')).toBe('environment variable HAVEN_SERVER_DRAIN_DELAY');
    expect(origins.get('server.port')).toBe('--set server.port=3');
  });

  it('are validated after merging: an overridden value may be invalid', () => {
    writeFileSync(join(configDir, 'local.yaml'), 'server: { port: wrong }');
    expect(loadConfig({ configDir, env: { PORT: '2' } }).config.server.port).toBe(2);
  });

  it('show files inside the working directory with relative paths', () => {
    const { origins } = loadConfig({ configDir: 'config', env: {} });
    expect(origins.get('server.port')).toBe('config/default.yaml:6');
  });

  it('are read from HAVEN_CONFIG_DIR if it is set', () => {
    writeFileSync(join(configDir, 'local.yaml'), 'server: { port: 7 }');
    expect(loadConfig({ configDir: shipped, env: { HAVEN_CONFIG_DIR: configDir } }).config.server.port).toBe(7);
  });

  it('remove an optional value with null', () => {
    const defaults = readFileSync(join(shipped, 'default.yaml'), 'utf8');
    writeFileSync(join(configDir, 'default.yaml'), defaults.replace('database:', 'database:\n  url: postgres://h/d'));
    writeFileSync(join(configDir, 'local.yaml'), 'database:\n  url:\n');
    const { config, origins } = loadConfig({ configDir, env: {} });
    expect(config.database.url).toBeUndefined();
    expect(origins.has('database.url')).toBe(false);
  });
});

describe('text from environment variables and --set', () => {
  it('is converted by the type of the setting', () => {
    const { config } = loadConfig({
      configDir,
      env: {
        HAVEN_SERVER_TRUST_PROXY: '10.0.0.0/8, loopback',
        HAVEN_GRAPHQL_IDE: 'false',
        HAVEN_LIMITS_BODY_BYTES: '2MiB',
        HAVEN_DATABASE_STATEMENT_TIMEOUT: '500ms',
      },
      set: ['log.level=debug', 'limits.uriBytes=2048', 'database.dataDir=a=b,c'],
    });
    expect(config.server.trustProxy).toEqual(['10.0.0.0/8', 'loopback']);
    expect(config.graphql.ide).toBe(false);
    expect(config.limits).toMatchObject({ bodyBytes: 2_097_152, uriBytes: 2048 });
    expect(config.database).toMatchObject({ statementTimeout: 500, dataDir: 'a=b,c' });
    expect(config.log.level).toBe('debug');
  });

  it('can empty a list', () => {
    const env = { HAVEN_SERVER_TRUST_PROXY: 'loopback' };
    expect(loadConfig({ configDir, env, set: ['server.trustProxy='] }).config.server.trustProxy).toEqual([]);
  });
});

describe('database.embedded', () => {
  it.each([
    ['local', {}, true],
    ['test', {}, true],
    ['production', {}, false],
    ['production', { HAVEN_DATABASE_EMBEDDED: 'true' }, true],
    ['local', { HAVEN_DATABASE_EMBEDDED: 'false' }, false],
    ['local', { DATABASE_URL: 'postgres://h/d' }, false],
  ])('is, in %s with %j, %s', (environment, env, embedded) => {
    const { config } = loadConfig({ configDir: shipped, env: { HAVEN_ENV: environment, ...env } });
    expect(config.database.embedded).toBe(embedded);
  });
});

describe('database.migrationUrl', () => {
  it('defaults to database.url', () => {
    const { config, origins } = loadConfig({ configDir, env: { DATABASE_URL: 'postgres://h/d' } });
    expect(config.database.migrationUrl).toBe('postgres://h/d');
    expect(origins.get('database.migrationUrl')).toBe('same as database.url');
  });

  it('defaults to database.sessionUrl if there is one', () => {
    const env = { DATABASE_URL: 'postgres://pooler/d', DATABASE_SESSION_URL: 'postgres://h/d' };
    const { config, origins } = loadConfig({ configDir, env, set: ['database.poolMode=transaction'] });
    expect(config.database.migrationUrl).toBe('postgres://h/d');
    expect(origins.get('database.migrationUrl')).toBe('same as database.sessionUrl');
  });

  it('is used if it is set', () => {
    const env = { DATABASE_URL: 'postgres://h/d', DATABASE_MIGRATION_URL: 'postgresql://owner@h/d' };
    expect(loadConfig({ configDir, env }).config.database.migrationUrl).toBe('postgresql://owner@h/d');
  });
});
