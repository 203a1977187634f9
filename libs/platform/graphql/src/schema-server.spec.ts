import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { buildSchema, execute, GraphQLError, subscribe } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';

import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';

import type { HavenConfig } from '@haven/config';

import { DirectRequests } from './direct-requests.js';
import { DocumentStore } from './document-store.js';
import type { ExecutableSchema, SchemaOperation } from './executable-schema.js';
import { SchemaServer } from './schema-server.js';

const SDL = 'type Query { name: String, slow: String } type Subscription { ticks: Int }';

/** Two schemas with the same fields: `schema` is seen by clients, and `execution` is executed. */
function executableSchema(key = 'key', root: Record<string, unknown> = {}): ExecutableSchema {
  const execution = buildSchema(SDL);
  const args = (operation: SchemaOperation) => ({ ...operation, schema: execution, rootValue: root });
  return {
    key,
    schema: buildSchema(SDL),
    execute: async (operation) => execute(args(operation)),
    subscribe: async (operation) => (await subscribe(args(operation))) as ExecutionResult,
  };
}

const documents = new DocumentStore(1024 * 1024);
const open: FastifyInstance[] = [];

async function serve(executable: ExecutableSchema) {
  const server = await SchemaServer.start(executable, {
    apollo: {
      plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
      stopOnTerminationSignals: false,
      formatError: ({ message }) => ({ message, extensions: { formatted: true } }),
    },
    context: async (request, reply) => ({ request, reply }),
    documents,
    direct: new DirectRequests(documents, {} as HavenConfig, () => expect.fail('Apollo runs all requests here.')),
  });
  const app = fastify();
  app.post('/', (request, reply) => server.acquire().run(request, reply));
  open.push(app);
  const ask = async (query: string) => (await app.inject({ method: 'POST', url: '/', payload: { query } })).json();
  return { server, ask };
}

afterEach(() => Promise.all(open.splice(0).map((app) => app.close())));

/** Whether a promise is already settled. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('the server of a schema', () => {
  it('validates documents, runs them by `execute`, and formats errors like every server', async () => {
    const { ask } = await serve(
      executableSchema('a', {
        name: 'Haven',
        slow: () => {
          throw new GraphQLError('no');
        },
      }),
    );
    expect(await ask('{ name }')).toEqual({ data: { name: 'Haven' } });
    expect(await ask('{ name slow }')).toEqual({
      data: { name: 'Haven', slow: null },
      errors: [{ message: 'no', extensions: { formatted: true } }],
    });
    expect((await ask('{ nam }')).errors[0].message).toBe(
      'Cannot query field "nam" on type "Query". Did you mean "name"?',
    );
  });

  it('keeps parsed documents in the common cache, apart from those of other schemas', async () => {
    const [one, other] = [await serve(executableSchema('one')), await serve(executableSchema('other'))];
    const { hits, misses } = documents.lookups;
    const asked = () => [documents.lookups.hits - hits, documents.lookups.misses - misses];
    await one.ask('{ __typename }');
    await one.ask('{ __typename }');
    expect(asked()).toEqual([1, 1]);
    await other.ask('{ __typename }');
    expect(asked()).toEqual([1, 2]);
  });

  it('stops after its last operation', async () => {
    const started = Promise.withResolvers<void>();
    const result = Promise.withResolvers<string>();
    const slow = () => {
      started.resolve();
      return result.promise;
    };
    const { server, ask } = await serve(executableSchema('slow', { slow }));
    const response = ask('{ slow }');
    await started.promise;
    const stopped = server.retire();
    expect(await isSettled(stopped)).toBe(false);
    result.resolve('done');
    expect(await response).toEqual({ data: { slow: 'done' } });
    await stopped;
  });

  it.each([
    ['is closed before its first event', 'return'],
    ['ends', 'next'],
  ] as const)('stops when a subscription %s', async (_when, step) => {
    const executable = executableSchema();
    async function* ticks() {}
    const { server } = await serve({ ...executable, subscribe: async () => ticks() });
    const subscription = await server.acquire().subscribe({} as SchemaOperation);
    const stopped = server.retire();
    expect(await isSettled(stopped)).toBe(false);
    if ('next' in subscription) await subscription[step]();
    await stopped;
    expect(server.operations).toBe(0);
  });

  it('stops when a subscription cannot start', async () => {
    const executable = executableSchema();
    const failed = await serve({ ...executable, subscribe: async () => ({ errors: [new GraphQLError('no')] }) });
    expect(await failed.server.acquire().subscribe({} as SchemaOperation)).toMatchObject({ errors: [{}] });
    await failed.server.retire();
    const thrown = await serve({ ...executable, subscribe: () => Promise.reject(new Error('no')) });
    await expect(thrown.server.acquire().subscribe({} as SchemaOperation)).rejects.toThrow('no');
    await thrown.server.retire();
  });
});
