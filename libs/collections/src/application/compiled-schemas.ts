import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenError } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookUps, HavenConfig, Metrics } from '@haven/platform';

import { compileSchema } from '../domain/schema/compile-schema.js';
import type { RecordSchema } from '../domain/schema/record-schema.js';

/** How many are kept. */
const CAPACITY = 1_000;

/** Compiled schemas, kept by what they say: a changed schema is another key, so nothing here can be stale. */
@Injectable()
export class CompiledSchemas {
  private readonly cache = new LRUCache<string, RecordSchema>({ max: CAPACITY });

  hits = 0;
  misses = 0;

  constructor(
    private readonly config: HavenConfig,
    metrics: Metrics,
  ) {
    metrics.observe(CACHE_LOOKUPS, () => cacheLookUps('schemas', this));
  }

  /** The compiled schema of a collection; `key` names it (its collection and revision), so that it need not be printed. */
  compile(schema: JsonObject, key = JSON.stringify(schema)): RecordSchema {
    const known = this.cache.get(key);
    if (known) {
      this.hits++;
      return known;
    }
    this.misses++;
    const { schemaBytes: bytes, schemaDepth: depth, schemaNodes: nodes, schemaCost: cost } = this.config.limits;
    const compiled = inSettings(() => compileSchema(schema, { bytes, depth, nodes, cost }));
    this.cache.set(key, compiled);
    return compiled;
  }
}

/** Pointers into a schema, as they are in the settings that hold it. */
function inSettings<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof HavenError)) throw error;
    const errors = error.extras.errors?.map((one) => ({ ...one, pointer: `/schema${one.pointer}` }));
    throw new HavenError(error.code, error.detail, { ...error.extras, errors });
  }
}
