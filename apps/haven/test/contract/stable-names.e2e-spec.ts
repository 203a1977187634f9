import { readFileSync } from 'node:fs';

import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';

import { ADVISORY_LOCK_SEEDS, ADVISORY_LOCKS } from '@haven/database';
import { catalogue, CursorCodec } from '@haven/kernel';
import { instruments } from '@haven/observability';

import { ACCESS_CHANGED_CHANNEL } from '../../../../libs/tenants/src/domain/channels.js';
import { checkpointHash } from '../../../../libs/events/src/domain/checkpoint.js';
import { EVENTS_WRITTEN_CHANNEL, FEED_GREW_CHANNEL } from '../../../../libs/events/src/domain/channels.js';
import { settings } from '../../../../libs/platform/config/src/settings.js';
import { rateLimitKeyPrefix } from '../../../../libs/platform/rate-limits/src/rate-limit.js';
import { redisKeyOf } from '../../../../libs/records/src/application/redis-records.js';
import { WEBHOOKS_CHANGED_CHANNEL } from '../../../../libs/webhooks/src/domain/channels.js';
import { migrations } from '../../src/migrations/index.js';
import { startHaven } from '../support/haven.js';

/**
 * Names that clients, operators and other versions of Haven use. Both versions of a rolling update share the database,
 * Redis and the clients, so these names are never changed or removed. New ones are added to stable-names.json when they
 * are released; `HAVEN_TEST_PRINT_NAMES=1` prints the current ones.
 */
const released = JSON.parse(readFileSync(new URL('stable-names.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>;

const haven = startHaven();

async function databaseObjects(): Promise<string[]> {
  const rows = await haven.sql(
    `SELECT 'relation ' || relname AS name FROM pg_class WHERE relnamespace = 'haven'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
     UNION SELECT 'column ' || attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'haven'::regnamespace AND relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped
     UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'haven'::regnamespace
     UNION SELECT 'role ' || rolname FROM pg_roles WHERE rolname LIKE 'haven\\_%'`,
  );
  return rows.map(({ name }) => name);
}

function operationIds(): string[] {
  const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
    paths: Record<string, Record<string, { operationId?: string }>>;
  };
  return Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ operationId = [] }) => operationId),
  );
}

function graphqlNames(): string[] {
  const types = Object.values(buildSchema(readFileSync('docs/schema.graphql', 'utf8')).getTypeMap());
  return types
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => {
      if (isEnumType(type)) return [type.name, ...type.getValues().map(({ name }) => `${type.name}.${name}`)];
      if (isInputObjectType(type))
        return [type.name, ...Object.keys(type.getFields()).map((name) => `${type.name}.${name}`)];
      if (!isObjectType(type) && !isInterfaceType(type)) return [type.name];
      const fields = Object.values(type.getFields()).flatMap(({ name, args }) => [
        `${type.name}.${name}`,
        ...args.map((argument) => `${type.name}.${name}(${argument.name})`),
      ]);
      return [type.name, ...fields];
    });
}

it.each<[string, () => string[] | Promise<string[]>]>([
  ['migrations', () => migrations.map(({ name }) => name)],
  ['settings', () => settings.map(({ path }) => path)],
  ['metrics', () => instruments().map(({ name }) => name)],
  ['errorCodes', () => Object.keys(catalogue)],
  ['operationIds', operationIds],
  ['graphql', graphqlNames],
  ['databaseObjects', databaseObjects],
])('keeps every released name: %s', async (kind, read) => {
  const current = await read();
  if (process.env['HAVEN_TEST_PRINT_NAMES']) console.log(JSON.stringify({ [kind]: [...new Set(current)].toSorted() }));
  expect(released[kind]?.length).toBeGreaterThan(0);
  expect(current).toEqual(expect.arrayContaining(released[kind] ?? []));
});

it('keeps the numbers of advisory locks', () => {
  expect(ADVISORY_LOCKS).toEqual({
    migration: 4_283_650_001,
    indexBuild: 4_283_650_002,
    sequencer: 4_283_650_003,
    firstKey: 4_283_650_004,
    rebuild: 4_283_650_005,
    backup: 4_283_650_006,
  });
  expect(ADVISORY_LOCK_SEEDS).toEqual({ quota: 0, collection: 1, idempotencyKey: 2, uniqueValue: 3 });
});

it('keeps the NOTIFY channels', () => {
  expect([EVENTS_WRITTEN_CHANNEL, FEED_GREW_CHANNEL, ACCESS_CHANGED_CHANNEL, WEBHOOKS_CHANGED_CHANNEL]).toEqual([
    'haven_events',
    'haven_feed',
    'haven_access',
    'haven_webhooks_changed',
  ]);
});

it('keeps the keys in Redis', () => {
  expect([redisKeyOf('lineage/tenant/1/id'), rateLimitKeyPrefix('address')]).toEqual([
    'haven:cache:lineage/tenant/1/id',
    'haven:address',
  ]);
});

it('keeps the formats of cursors and checkpoints', () => {
  expect(new CursorCodec('key').seal([1, 'a'], 'list')).toBe('Qi5cq-bwsgMsBg9IApJPjFsxLCJhIl0');
  const facts = {
    tenant: '00000000-0000-0000-0000-000000000001',
    number: 1,
    firstSeq: 1,
    lastSeq: 2,
    root: 'ab'.repeat(32),
    previous: null,
    at: '2026-01-01T00:00:00.000Z',
  };
  expect(checkpointHash(facts)).toBe('5c70938ecdecaee8988211fd9369aec9ff32fe00cbb958ccf132044a0a0d7453');
});
