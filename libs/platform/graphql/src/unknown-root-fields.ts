import { Injectable } from '@nestjs/common';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';

import { rootFieldsOf } from './root-fields.js';

/** Maximum number of characters of all documents whose fields are cached, and maximum number of these documents. */
const CACHE_OPTIONS = { maxSize: 4 * 1024 * 1024, max: 10_000 };

/** The root fields that describe the schema. `__typename` does not. */
const INTROSPECTION = ['__schema', '__type'];

/** Finds out whether the generic schema alone can run a document, and caches this for each document. */
@Injectable()
export class UnknownRootFields {
  private readonly cache = new LRUCache<string, { unknown: readonly string[] | null }>({
    ...CACHE_OPTIONS,
    sizeCalculation: (_, text) => text.length + 1,
  });
  private names: RootNames | undefined;

  constructor(
    private readonly host: GraphQLSchemaHost,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Returns the names of the root fields that the generic schema does not have; an empty list if it has all of them but
   * the document also reads the schema itself; null if the generic schema can run the document, or reports its errors.
   */
  of(document: string): readonly string[] | null {
    const cached = this.cache.get(document);
    if (cached) return cached.unknown;
    const unknown = this.find(document);
    this.cache.set(document, { unknown });
    return unknown;
  }

  private find(document: string): readonly string[] | null {
    const { fields, types: rootTypes } = (this.names ??= rootNamesOf(this.host.schema));
    const selected = rootFieldsOf(document, { rootTypes, maxTokens: this.config.limits.graphqlTokens });
    if (!selected) return null;
    const unknown = [...selected].filter((name) => !name.startsWith('__') && !fields.has(name));
    return unknown.length > 0 || INTROSPECTION.some((name) => selected.has(name)) ? unknown : null;
  }
}

interface RootNames {
  readonly types: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
}

function rootNamesOf(schema: GraphQLSchema): RootNames {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
    (root) => root != null,
  );
  return {
    types: new Set(roots.map(({ name }) => name)),
    fields: new Set(roots.flatMap((root) => Object.keys(root.getFields()))),
  };
}
