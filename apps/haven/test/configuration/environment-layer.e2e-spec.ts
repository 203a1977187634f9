import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { environmentLayer } from '../../../../libs/platform/config/src/environment.layer.js';
import { settings } from '../../../../libs/platform/config/src/settings.js';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'haven-secrets-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('an environment variable', () => {
  it('is named after the path of its setting', () => {
    const names = new Map(settings.map((setting) => [setting.path, setting.variables]));
    expect(names.get('server.port')).toEqual(['HAVEN_SERVER_PORT', 'PORT']);
    expect(names.get('database.dataDir')).toEqual(['HAVEN_DATABASE_DATA_DIR', 'HAVEN_DATA_DIR']);
    expect(names.get('database.idleInTransactionTimeout')).toEqual(['HAVEN_DATABASE_IDLE_IN_TRANSACTION_TIMEOUT']);
    const short = settings.flatMap((setting) => setting.variables.slice(1));
    expect(short).toEqual([
      'HOST',
      'PORT',
      'DATABASE_URL',
      'DATABASE_SESSION_URL',
      'DATABASE_MIGRATION_URL',
      'DATABASE_REPLICA_URLS',
      'DATABASE_PASSWORD_FILE',
      'DATABASE_MIGRATION_PASSWORD_FILE',
      'HAVEN_DATA_DIR',
      'HAVEN_OPERATOR_KEY',
      'REDIS_URL',
      'LOG_LEVEL',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_HEADERS',
      'OTEL_SERVICE_NAME',
      'OTEL_RESOURCE_ATTRIBUTES',
      'OTEL_TRACES_SAMPLER_ARG',
    ]);
  });

  it('is ignored if it is empty', () => {
    expect(environmentLayer({ PORT: '', DATABASE_MIGRATION_URL: '', REDIS_URL_FILE: '' })).toEqual({
      values: [],
      issues: [],
    });
  });

  it.each(['DATABASE_URL', 'HAVEN_DATABASE_URL', 'DATABASE_URL_FILE', 'HAVEN_DATABASE_URL_FILE'])(
    'is an error if it is %s and empty or blank',
    (name) => {
      for (const value of ['', ' \n'])
        expect(environmentLayer({ [name]: value }).issues).toEqual([
          {
            path: 'database.url',
            problem: 'is empty; give it a value, or remove the variable',
            origin: `environment variable ${name}`,
          },
        ]);
    },
  );

  it('can be set under both names if the values agree', () => {
    const { values: given, issues: mistakes } = environmentLayer({ PORT: '1', HAVEN_SERVER_PORT: '1' });
    expect(mistakes).toEqual([]);
    expect(given).toContainEqual({
      path: 'server.port',
      value: '1',
      origin: 'environment variable PORT',
      untyped: true,
    });
  });

  it('is an error if the values of both names differ', () => {
    expect(environmentLayer({ PORT: '1', HAVEN_SERVER_PORT: '2' }).issues).toEqual([
      {
        path: 'server.port',
        problem: 'is given twice; the other value is "1" (environment variable PORT)',
        given: '"2"',
        origin: 'environment variable HAVEN_SERVER_PORT',
      },
    ]);
  });
});

describe('a variable with the suffix _FILE', () => {
  it('returns the trimmed content of the file', () => {
    const file = fileWith('9090\n');
    expect(environmentLayer({ PORT_FILE: file }).values).toEqual([
      { path: 'server.port', value: '9090', origin: `PORT_FILE (${file})`, untyped: true },
    ]);
    expect(environmentLayer({ HAVEN_SERVER_PORT_FILE: file }).values[0]?.origin).toBe(
      `HAVEN_SERVER_PORT_FILE (${file})`,
    );
  });

  it('is an error if the file cannot be read', () => {
    expect(environmentLayer({ PORT_FILE: '/no/such/file' }).issues).toEqual([
      { path: 'server.port', problem: 'has a file that cannot be read (ENOENT)', origin: 'PORT_FILE (/no/such/file)' },
    ]);
    expect(environmentLayer({ PORT_FILE: directory }).issues[0]?.problem).toContain('EISDIR');
    expect(environmentLayer({ PORT_FILE: 'a\0b' }).issues[0]?.problem).toContain('cannot be read');
  });

  it('is an error if the file is empty', () => {
    expect(environmentLayer({ DATABASE_URL_FILE: fileWith(' \n') }).issues[0]?.problem).toBe('has an empty file');
  });

  it('is an error together with the variable itself', () => {
    const { issues: mistakes } = environmentLayer({ PORT: '9090', PORT_FILE: fileWith('9090') });
    expect(mistakes[0]?.problem).toBe('is given by both PORT and PORT_FILE; keep one');
  });
});

describe('an unknown HAVEN_ variable', () => {
  it.each([
    ['HAVEN_SERVER_PROT', 'is not a setting; did you mean HAVEN_SERVER_PORT?'],
    ['HAVEN_SERVER_PROT_FILE', 'is not a setting; did you mean HAVEN_SERVER_PORT_FILE?'],
    ['HAVEN_DATADIR', 'is not a setting; did you mean HAVEN_DATA_DIR?'],
    ['HAVEN_FLUX_CAPACITOR', 'is not a setting'],
    ['HAVEN_ENV_FILE', expect.stringContaining('is not a setting')],
  ])('%s is an error', (name, problem) => {
    expect(environmentLayer({ [name]: 'x' }).issues).toEqual([
      { path: name, problem, origin: `environment variable ${name}` },
    ]);
  });

  it('is not reported if Haven reads it elsewhere or if it lacks the prefix', () => {
    const names = [
      'HAVEN_ENV',
      'HAVEN_URL',
      'HAVEN_KEY',
      'HAVEN_CONFIG_DIR',
      'HAVEN_TEST_DATABASE_URL',
      'PATH',
      'PROT',
    ];
    expect(environmentLayer(Object.fromEntries(names.map((name) => [name, 'x']))).issues).toEqual([]);
  });
});

function fileWith(content: string): string {
  const file = join(directory, 'value');
  writeFileSync(file, content);
  return file;
}
