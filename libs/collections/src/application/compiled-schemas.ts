import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { compileSchema } from '@haven/json-schema';
import type { RecordSchema } from '@haven/json-schema';
import { withPointers, rewriteErrors } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookupSeries, LookupCounts, Metrics } from '@haven/observability';

/** How many are kept. */
const CAPACITY = 1_000;

/** Compiled schemas, kept by what they say: a changed schema is another key, so nothing here can be stale. */
@Injectable()
export class CompiledSchemas {
  private readonly cache = new LRUCache<string, RecordSchema>({ max: CAPACITY });

  private readonly lookups = new LookupCounts();

  constructor(
    private readonly config: HavenConfig,
    metrics: Metrics,
  ) {
    metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('schemas', this.lookups));
  }

  /** The compiled schema of a collection; `key` names it (its collection and revision), so that it need not be printed. */
  compile(schema: JsonObject, key = JSON.stringify(schema)): RecordSchema {
    const known = this.lookups.count(this.cache.get(key));
    if (known) return known;
    const { schemaBytes: bytes, schemaDepth: depth, schemaNodes: nodes, schemaCost: cost } = this.config.limits;
    const compiled = inSettings(() => compileSchema(schema, { bytes, depth, nodes, cost }));
    this.cache.set(key, compiled);
    return compiled;
  }
}

/** Pointers into a schema, as they are in the settings that hold it. */
function inSettings<T>(compile: () => T): T {
  return rewriteErrors(compile, (error) => withPointers(error, (pointer) => `/schema${pointer}`));
}
