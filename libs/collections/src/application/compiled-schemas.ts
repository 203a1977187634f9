import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { checkDefaults, compileSchema } from '@haven/json-schema';
import type { RecordSchema } from '@haven/json-schema';
import { withPointerPrefix } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookupSeries, LookupCounts, Metrics } from '@haven/observability';

/** Maximum number of cached schemas. */
const CAPACITY = 1_000;

/**
 * Caches compiled schemas by their collection and revision, or by their text. A changed schema has a different cache
 * key, so no entry can be outdated.
 */
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

  /**
   * Returns the compiled schema. `text` is the schema as the client wrote it, if it is known: it has the exact bounds.
   * A caller that passes `key`, made of the collection's id and revision, avoids serializing the schema.
   */
  compile(schema: JsonObject, text: string | null, key = text ?? JSON.stringify(schema)): RecordSchema {
    const known = this.lookups.count(this.cache.get(key));
    if (known) return known;
    const { schemaBytes: bytes, schemaDepth: depth, schemaNodes: nodes, schemaCost: cost } = this.config.limits;
    const limits = { bytes, depth, nodes, cost };
    const compiled = withPointerPrefix('/schema', () => compileSchema(schema, limits, text ?? undefined));
    this.cache.set(key, compiled);
    return compiled;
  }

  /**
   * Compiles a schema that a client declares, and checks its defaults. A stored schema is not checked, because it can
   * be older than the check.
   */
  check(schema: JsonObject, text: string | null): RecordSchema {
    const compiled = this.compile(schema, text);
    withPointerPrefix('/schema', () => checkDefaults(schema, text ?? undefined));
    return compiled;
  }
}
