import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ConfigError, loadConfig } from '@haven/config';

const configDir = join(import.meta.dirname, '../../../../config');
const secret = 'hunter2';

describe('a configuration error', () => {
  it('names the setting, the problem, the value and its origin', () => {
    expect(refused({ PORT: '80a' })).toEqual([
      'server.port: must be an integer from 0 to 65535, but is "80a" (environment variable PORT)',
    ]);
    expect(refused({}, ['server.port=abc'])).toEqual([
      'server.port: must be an integer from 0 to 65535, but is "abc" (--set server.port=abc)',
    ]);
  });

  it('is reported together with all others, one per line', () => {
    const error = errorOf({ PORT: '80a', LOG_LEVEL: 'loud', HAVEN_ENV: 'staging' }, ['docs.enabled=yes']);
    expect(error.issues).toHaveLength(4);
    expect(error.message).toMatch(
      /^The configuration has 4 mistakes:\n {2}HAVEN_ENV: must be one of local, test, production/,
    );
    expect(error.message.split('\n')).toHaveLength(5);
  });

  it.each([
    ['server.port=65536', 'must be an integer from 0 to 65535'],
    ['server.port=-1', 'must be an integer from 0 to 65535'],
    ['server.port=8e3', 'must be an integer from 0 to 65535'],
    ['server.port=', 'must be an integer from 0 to 65535'],
    ['docs.enabled=yes', 'must be true or false'],
    ['log.format=xml', 'must be one of auto, json, pretty'],
    ['server.drainDelay=5', 'must be a duration from 0s to 10m'],
    ['server.drainDelay=11m', 'must be a duration from 0s to 10m'],
    ['limits.bodyBytes=1MB', 'must be a size from 1KiB to 64MiB'],
    ['limits.bodyBytes=1', 'must be a size from 1KiB to 64MiB'],
    ['server.trustProxy=10.0.0.0/33', 'must contain only IP addresses, CIDR ranges'],
    ['server.trustProxy=loopback,', 'must contain only IP addresses, CIDR ranges'],
    ['server.publicUrl=example.com', 'must be an http:// or https:// URL, such as https://example.com/haven'],
    ['server.publicUrl=https://user:secret@example.com', 'must be an http:// or https:// URL'],
    ['server.publicUrl=https://example.com/haven?a=b', 'must be an http:// or https:// URL'],
    ['server.publicUrl=https://example.com//evil.example', 'must be an http:// or https:// URL'],
    ['server.publicUrl=https://example.com/%0d', 'must be an http:// or https:// URL'],
    ['webhooks.allowedNetworks=10.0.0.0/8,127.0.0.1/33', 'must contain only IP addresses and CIDR ranges'],
    ['webhooks.allowedNetworks=loopback', 'must contain only IP addresses and CIDR ranges'],
    ['webhooks.allowedNetworks=fe80::1%eth0/64', 'must contain only IP addresses and CIDR ranges'],
    ['server.host=no host', 'must be an IP address or a host name'],
    ['database.dataDir=', 'must not be empty'],
    ['database.url=', 'must be a postgres:// or postgresql:// URL'],
    ['database.url=mysql://h/d', 'must be a postgres:// or postgresql:// URL'],
    ['database.url=postgres://h/d?sslmod=require', 'must not have the parameter sslmod; did you mean sslmode?'],
    ['database.url=postgres://h/d?target_session_attrs=standby', 'must not have target_session_attrs=standby, because'],
    ['database.replicaUrls=postgres://h/d,mysql://h/d', 'each must be a postgres:// or postgresql:// URL'],
  ])('is detected in --set %s', (argument, problem) => {
    expect(refused({}, [argument])).toEqual([expect.stringContaining(`: ${problem}`)]);
  });
});

describe('defaults', () => {
  it('that cannot be read are reported as the file, not as every missing setting', () => {
    const error = errorOf({ HAVEN_CONFIG_DIR: '/no/such/directory', PORT: '80a' });
    expect(error.issues.map(({ path }) => path)).toEqual([
      '/no/such/directory/default.yaml',
      '/no/such/directory/local.yaml',
      'server.port',
    ]);
  });

  it('that are missing are reported as not set', () => {
    const directory = mkdtempSync(join(tmpdir(), 'haven-config-'));
    const shipped = readFileSync(join(configDir, 'default.yaml'), 'utf8');
    writeFileSync(join(directory, 'default.yaml'), shipped.replace('port: 8080', 'port:').replace('retries: 3', ''));
    writeFileSync(join(directory, 'local.yaml'), '');
    expect(refused({ HAVEN_CONFIG_DIR: directory })).toEqual([
      `server.port: must be an integer from 0 to 65535, but is null (${directory}/default.yaml:6)`,
      'database.retries: is not set; it must be an integer from 0 to 10',
    ]);
    rmSync(directory, { recursive: true });
  });
});

describe('conflicting settings are rejected:', () => {
  it('a default page size above the maximum', () => {
    expect(refused({ HAVEN_LIMITS_PAGE_SIZE: '10' })).toEqual([
      expect.stringMatching(
        /^limits\.pageSizeDefault: must not exceed limits\.pageSize, which is 10, but is 20 \(.*default\.yaml:\d+\)$/,
      ),
    ]);
  });

  it('the embedded database together with a URL', () => {
    const env = { DATABASE_URL: 'postgres://h/d', HAVEN_DATABASE_EMBEDDED: 'true' };
    expect(refused(env)).toEqual([
      'database.embedded: must not be true if database.url is set; keep one of them, but is "true" ' +
        '(environment variable HAVEN_DATABASE_EMBEDDED)',
    ]);
  });

  it('a migration URL without a URL', () => {
    expect(refused({ DATABASE_MIGRATION_URL: 'postgres://h/d' })).toEqual([
      expect.stringMatching(/^database\.migrationUrl: requires database\.url;/),
    ]);
  });

  it('transaction mode without a URL for sessions, and such a URL without transaction mode', () => {
    const urls = { DATABASE_URL: 'postgres://pooler/d', DATABASE_SESSION_URL: 'postgres://h/d' };
    const transaction = ['database.poolMode=transaction'];
    expect(refused({ DATABASE_URL: urls.DATABASE_URL }, transaction)).toEqual([
      expect.stringMatching(/^database\.poolMode: requires database\.sessionUrl, /),
    ]);
    expect(refused({}, transaction)).toEqual([expect.stringMatching(/^database\.poolMode: requires database\.url;/)]);
    expect(refused(urls)).toEqual([expect.stringMatching(/^database\.sessionUrl: requires database\.poolMode /)]);
    expect(load(urls, transaction).config.database.poolMode).toBe('transaction');
  });

  it.each(['0.0.0.0', '::', '192.168.1.1', 'example.org', '127.0.0.1.example.org'])(
    'listening on %s without authentication',
    (host) => {
      expect(refused({ HOST: host })).toEqual([
        expect.stringMatching(/^auth\.open: must be false if server\.host is /),
      ]);
      expect(load({ HOST: host, HAVEN_AUTH_OPEN: 'false' }).config.server.host).toBe(host);
      expect(load({ HOST: host, HAVEN_ENV: 'production' }).config.server.host).toBe(host);
    },
  );

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('but %s is loopback', (host) => {
    expect(load({ HOST: host }).config.server.host).toBe(host);
  });

  it('but not if one of them is invalid by itself, which is reported alone', () => {
    expect(refused({ HOST: '0.0.0.0', HAVEN_AUTH_OPEN: 'sure' })).toEqual([
      expect.stringContaining('auth.open: must be true or false'),
    ]);
  });

  it('production without authentication, even on loopback', () => {
    expect(refused({ HAVEN_ENV: 'production', HAVEN_AUTH_OPEN: 'true' })).toEqual([
      expect.stringMatching(/^auth\.open: must be false: only HAVEN_ENV=local allows access without authentication/),
    ]);
  });
});

describe('a secret', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['that is no URL', { DATABASE_URL: secret }, []],
    ['of another database', { DATABASE_URL: `mysql://u:${secret}@h/d` }, []],
    ['whose special characters are bare', { DATABASE_URL: `postgres://u:12/${secret}@h/d` }, []],
    ['given twice', { DATABASE_URL: `postgres://u:${secret}@h/d`, HAVEN_DATABASE_URL: 'postgres://h/d' }, []],
    ['given as --set', {}, [`database.url=${secret}`]],
    ['under a mistyped path', {}, [`database.ulr=postgres://u:${secret}@h/d`]],
    ['without its path', {}, [`postgres://u:${secret}@h/d?sslmode=require`]],
    ['in a mistyped variable', { HAVEN_DATABASE_ULR: `postgres://u:${secret}@h/d` }, []],
    ['in the place of its file', { DATABASE_URL_FILE: `postgres://u:${secret}@h/d` }, []],
    ['in another setting', { HOST: `postgres://u:${secret}@h/d`, LOG_LEVEL: `postgres://u:${secret}@h/d` }, []],
    ['in another setting by --set', {}, [`server.host=postgres://u:${secret}@h/d`]],
  ])('%s is never printed', (_, env, set) => {
    const error = errorOf(env, set);
    expect(error.message).not.toContain(secret);
    expect(JSON.stringify(error.issues)).not.toContain(secret);
  });

  it('is replaced by a note that it is hidden', () => {
    expect(refused({ DATABASE_URL: secret })).toEqual([
      expect.stringContaining('but is (hidden) (environment variable DATABASE_URL)'),
    ]);
  });
});

function load(env: Record<string, string>, set: string[] = []) {
  return loadConfig({ configDir, env, set });
}

function refused(env: Record<string, string>, set: string[] = []): string[] {
  return errorOf(env, set)
    .message.split('\n')
    .slice(1)
    .map((line) => line.trim());
}

function errorOf(env: Record<string, string>, set: string[] = []): ConfigError {
  try {
    load(env, set);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was not refused.');
}
