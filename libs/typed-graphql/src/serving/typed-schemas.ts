import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { OperationSchemas, SchemaServers } from '@haven/graphql';
import type { SchemaServer } from '@haven/graphql';
import { HavenError } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { Log } from '@haven/observability';
import type { VisibleTypes } from '@haven/record-types';

import { executeTyped, subscribeTyped } from '../execution/execute-typed.js';
import { BusyTime } from './busy-time.js';
import { estimatedFields } from './estimated-fields.js';
import { SchemaMetrics } from './schema-metrics.js';
import { SchemaSource } from './schema-source.js';

/** How long, in milliseconds, and how many failures of builds are cached, so that no request repeats them. */
const FAILURES = { ttl: 10_000, max: 1_000 };

/**
 * Creates a schema for each set of types that some callers can use, with a server of its own, and keeps those used most
 * recently, up to a number of fields. The server of a removed schema stops after its last operation.
 */
@Injectable()
export class TypedSchemas extends OperationSchemas implements OnApplicationShutdown {
  private readonly servers: LRUCache<string, SchemaServer>;
  private readonly starting = new Map<string, Promise<SchemaServer>>();
  private readonly failures = new LRUCache<string, Error>(FAILURES);
  private readonly stopping = new Set<Promise<void>>();
  private lastStart: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: SchemaSource,
    private readonly starter: SchemaServers,
    private readonly config: HavenConfig,
    private readonly log: Log,
    private readonly metrics: SchemaMetrics,
  ) {
    super();
    this.servers = new LRUCache<string, SchemaServer>({
      maxSize: config.graphql.typedFields,
      dispose: (server) => this.retire(server),
    });
    metrics.observe(() => ({ schemas: this.servers.size, fields: this.servers.calculatedSize }));
  }

  override async acquire(caller: Caller, fields: readonly string[]): Promise<SchemaServer | null> {
    const types = await this.source.typesOf(caller);
    const server = await this.serverOf(types, caller, fields);
    if (hasFields(server?.executable.schema, fields)) return server;
    try {
      const current = await this.source.currentTypesOf(caller);
      if (current.key === types.key) return server?.acquire() ?? null;
      return await this.serverOf(current, caller, fields);
    } finally {
      server?.release();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.lastStart;
    this.servers.clear();
    await Promise.all(this.stopping);
  }

  /** Returns an acquired server; null if the caller has no types. */
  private async serverOf(types: VisibleTypes, caller: Caller, fields: readonly string[]): Promise<SchemaServer | null> {
    if (types.collections.length === 0) return null;
    const cached = this.metrics.lookups.count(this.servers.get(types.key));
    if (cached) return cached.acquire();
    const failure = this.failures.get(types.key) ?? this.tooLarge(types);
    if (failure && fields.length === 0) return null; // the generic schema can be read
    if (failure) throw failure;
    const server = await (this.starting.get(types.key) ?? this.start(types, caller));
    return server.acquire();
  }

  private tooLarge({ collections }: VisibleTypes): HavenError | undefined {
    const max = this.config.graphql.typedFields;
    const fields = estimatedFields(collections.map(({ types }) => types.record));
    if (fields <= max) return undefined;
    return new HavenError(
      'LIMIT_EXCEEDED',
      `The types of these collections would have about ${fields} fields, and a process keeps at most ${max} ` +
        '(graphql.typedFields); use the generic fields, or a key for fewer collections.',
    );
  }

  /** Starts a server after those that are being started, because building a schema keeps the process busy. */
  private start(types: VisibleTypes, caller: Caller): Promise<SchemaServer> {
    const started = this.lastStart.then(() => this.build(types, caller));
    this.starting.set(types.key, started);
    this.lastStart = started.then(
      () => this.starting.delete(types.key),
      (error: Error) => {
        this.starting.delete(types.key);
        this.failures.set(types.key, error);
      },
    );
    return started;
  }

  private async build(types: VisibleTypes, caller: Caller): Promise<SchemaServer> {
    const from = performance.now();
    const busy = new BusyTime();
    const { schema, execution, fields } = await busy.runInTurns(this.source.build(types));
    caller.chargeDatabaseTime?.(busy.milliseconds); // so that one tenant cannot keep the process busy with schemas
    const server = await this.starter.start({
      key: types.key,
      schema,
      execute: (operation) => executeTyped({ ...operation, schema, execution }),
      subscribe: (operation) => subscribeTyped({ ...operation, schema, execution }),
    });
    this.metrics.built(from);
    server.acquire(); // until those who wait for the server have acquired it
    this.servers.set(types.key, server, { size: Math.max(fields, 1) });
    setImmediate(() => server.release());
    return server;
  }

  private retire(server: SchemaServer): void {
    const stopped = server
      .retire()
      .catch((error: unknown) => this.log.error(`The server of a typed schema did not stop: ${String(error)}`))
      .finally(() => this.stopping.delete(stopped));
    this.stopping.add(stopped);
  }
}

/** Whether all root fields of a document exist, whichever operation it is. Without a schema, none of them does. */
function hasFields(schema: GraphQLSchema | undefined, fields: readonly string[]): boolean {
  const roots = [schema?.getQueryType(), schema?.getMutationType(), schema?.getSubscriptionType()];
  return fields.every((name) => roots.some((root) => root && name in root.getFields()));
}
