import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { buildSchema } from 'graphql';
import { describe, expect, it, vi } from 'vitest';

import type { HavenConfig } from '@haven/config';
import { SchemaServer } from '@haven/graphql';
import type { ExecutableSchema, SchemaServers } from '@haven/graphql';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { Log, Metrics } from '@haven/observability';
import type { ObjectType, VisibleTypes } from '@haven/record-types';

import type { TypedSchema } from '../schema/typed-schema.js';
import { SchemaMetrics } from './schema-metrics.js';
import { SchemaSource } from './schema-source.js';
import { TypedSchemas } from './typed-schemas.js';

const MAX_FIELDS = 100;

/** Builds a schema with one root field for each collection. */
class FakeSource extends SchemaSource {
  /** The types that each tenant's caller currently has, and had when they were last read. */
  readonly current = new Map<string, VisibleTypes>();
  readonly known = new Map<string, VisibleTypes>();
  readonly built: string[] = [];
  refreshed = 0;
  failure: Error | undefined;

  override async typesOf({ tenantId }: Caller): Promise<VisibleTypes> {
    return this.known.get(tenantId) ?? NOTHING;
  }

  override async currentTypesOf({ tenantId }: Caller): Promise<VisibleTypes> {
    this.refreshed++;
    this.known.set(tenantId, this.current.get(tenantId) ?? NOTHING);
    return this.typesOf({ tenantId } as Caller);
  }

  override *build(types: VisibleTypes): Generator<undefined, TypedSchema> {
    yield;
    this.built.push(types.key);
    if (this.failure) throw this.failure;
    const fields = types.collections.map(({ types: { collection } }) => `${collection}: String`);
    const schema = buildSchema(`type Query { ${fields.join(' ')} }`);
    return { schema, execution: schema, fields: types.collections.length * 40 };
  }
}

const NOTHING: VisibleTypes = { key: 'nothing', collections: [] };

function typesOf(collections: string[], members = 1): VisibleTypes {
  const record: ObjectType = {
    kind: 'object',
    name: 'T',
    members: Array.from({ length: members }, (_, n) => ({
      name: `m${n}`,
      key: `m${n}`,
      type: { kind: 'scalar', scalar: 'String' },
      required: false,
    })),
  };
  return {
    key: collections.join(),
    collections: collections.map((collection) => ({
      types: {
        collection,
        names: { type: 'T', one: 't', many: 'ts' },
        record,
        keys: [],
        referrers: [],
        hasAggregate: true,
        isSearchable: false,
      },
      canRead: true,
      canWrite: true,
      canFollow: true,
    })),
  };
}

function setUp() {
  const source = new FakeSource();
  const started: SchemaServer[] = [];
  const starter = {
    async start(executable: ExecutableSchema) {
      const documents = { get: async () => undefined, set: async () => undefined, delete: async () => true };
      const server = await SchemaServer.start(executable, {
        apollo: { stopOnTerminationSignals: false },
        context: async (request, reply) => ({ request, reply }),
        documents: documents as never, // only these methods are used
        direct: {} as never, // no request is sent
      });
      vi.spyOn(server, 'retire');
      started.push(server);
      return server;
    },
  } as unknown as SchemaServers;
  const config = { graphql: { typedFields: MAX_FIELDS } } as HavenConfig;
  const schemas = new TypedSchemas(source, starter, config, {} as Log, new SchemaMetrics(new Metrics()));
  return { source, schemas, started };
}

function callerOf(source: FakeSource, types: VisibleTypes): Caller {
  const tenantId = randomUUID();
  source.current.set(tenantId, types);
  source.known.set(tenantId, types);
  return { tenantId, actor: 'test', traceId: '', access: Access.full };
}

describe('typed schemas', () => {
  it('are built once for callers with equal types, even at the same time', async () => {
    const { source, schemas } = setUp();
    const charged: number[] = [];
    const chargeDatabaseTime = (time: number): void => void charged.push(time);
    const callers = Array.from({ length: 5 }, () => ({
      ...callerOf(source, typesOf(['movies'])),
      chargeDatabaseTime,
    }));
    const servers = await Promise.all(callers.map((caller) => schemas.acquire(caller, ['movies'])));
    expect(source.built).toEqual(['movies']);
    expect(new Set(servers).size).toBe(1);
    expect(charged).toEqual([expect.any(Number)]); // the caller who needed it first pays for it
    await nextTurn(); // a new server is kept until all who wait for it have it
    expect(servers[0]?.operations).toBe(5);
    servers.forEach((server) => server?.release());
    await schemas.onApplicationShutdown();
  });

  it('do not exist for a caller without types', async () => {
    const { source, schemas } = setUp();
    expect(await schemas.acquire(callerOf(source, NOTHING), [])).toBeNull();
    expect(await schemas.acquire(callerOf(source, NOTHING), ['movies'])).toBeNull();
    expect(source.built).toEqual([]);
  });

  it('are those of the current collections if a root field is not known yet', async () => {
    const { source, schemas } = setUp();
    const caller = callerOf(source, typesOf(['movies']));
    source.current.set(caller.tenantId, typesOf(['movies', 'actors']));
    const before = await schemas.acquire(caller, ['movies']);
    expect(source.refreshed).toBe(0);
    const after = await schemas.acquire(caller, ['actors']);
    expect(after?.executable.key).toBe('movies,actors');
    await nextTurn();
    expect([before?.operations, after?.operations]).toEqual([1, 1]);
    const unknown = await schemas.acquire(caller, ['nothing']);
    expect(unknown).toBe(after);
    expect(after?.operations).toBe(2);
  });

  it('are kept up to a number of fields, and stop after their last operation', async () => {
    const { source, schemas, started } = setUp();
    const callers = ['a', 'b', 'c'].map((name) => callerOf(source, typesOf([name])));
    const [first] = await Promise.all(callers.map((caller) => schemas.acquire(caller, [])));
    expect(started).toHaveLength(3); // 40 fields each, so that the first one was evicted
    const again = await schemas.acquire(callers[0] as Caller, []);
    expect(source.built).toEqual(['a', 'b', 'c', 'a']);
    expect(again).not.toBe(first);
    await nextTurn();
    expect(first?.operations).toBe(1); // still running
    expect(first?.retire).toHaveBeenCalledOnce();
    expect(again?.retire).not.toHaveBeenCalled();
    started.forEach((server) => Array.from({ length: server.operations }, () => server.release()));
    await schemas.onApplicationShutdown();
    await Promise.all(started.map((server) => server.retire()));
  });

  it('are refused before they are built if they have too many fields', async () => {
    const { source, schemas } = setUp();
    const caller = callerOf(source, typesOf(['movies'], MAX_FIELDS));
    await expect(schemas.acquire(caller, ['movies'])).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: expect.stringContaining('graphql.typedFields'),
    });
    expect(await schemas.acquire(caller, [])).toBeNull();
    expect(source.built).toEqual([]);
  });

  it('are not built again for each request after a build failed', async () => {
    const { source, schemas } = setUp();
    const [caller, other] = [callerOf(source, typesOf(['a'])), callerOf(source, typesOf(['b']))];
    source.failure = new Error('no');
    for (let request = 0; request < 3; request++) await expect(schemas.acquire(caller, ['a'])).rejects.toThrow('no');
    expect(source.built).toEqual(['a']);
    source.failure = undefined;
    expect(await schemas.acquire(other, ['b'])).not.toBeNull();
  });
});
