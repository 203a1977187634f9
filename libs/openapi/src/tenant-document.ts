import { EventLoopTurn } from '@haven/kernel';
import type { Access, JsonObject } from '@haven/kernel';
import type { CollectionSource, TenantTypes } from '@haven/record-types';

import { mayUse } from './allowed-operations.js';
import { collectionComponents } from './collection-components.js';
import type { CollectionComponents } from './collection-components.js';
import { collectionPaths } from './collection-paths.js';
import { FILTER_COMPONENTS } from './filter-schemas.js';
import { isOfCollection, recordOperations } from './openapi-document.js';
import type { OpenApiDocument, RecordOperation } from './openapi-document.js';
import { componentsOf, nameCollections } from './operation-names.js';
import type { OpenApiNames } from './operation-names.js';
import { publishSchema } from './published-schema.js';
import type { PublishedSchema, PublishOptions } from './published-schema.js';
import { textOf } from './read-json.js';
import { SharedComponents } from './shared-components.js';
import { PLAIN_FORM, SECTIONS, TextParts } from './text-parts.js';

/** The collections of a tenant, with the names of their types. */
export interface TenantCollections {
  readonly sources: readonly CollectionSource[];
  readonly types: TenantTypes;
}

/** A document is not much longer than this. Further collections are described by the generic paths. */
const MAX_LENGTH = 16 * 1_024 * 1_024;

const NOTE = 'This document describes the collections and operations that the API key may use.';

/** Makes OpenAPI documents of tenants from the generic document. */
export class TenantDocuments {
  private readonly shared: SharedComponents;
  private readonly recordOperations: readonly RecordOperation[];
  private readonly taken: ReadonlySet<string>;
  private readonly schemas = new WeakMap<CollectionSource, { key: string; published: PublishedSchema }>();

  constructor(private readonly generic: OpenApiDocument) {
    this.recordOperations = recordOperations(generic);
    this.shared = new SharedComponents(this.recordOperations);
    const operations = [generic.paths, generic.webhooks ?? {}].flatMap((paths) =>
      Object.values(paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId)),
    );
    const schemas = Object.keys(generic.components.schemas);
    this.taken = new Set([...operations, ...schemas, ...Object.keys(FILTER_COMPONENTS)]);
  }

  /**
   * Returns the text of the document for a caller, without `servers`: the paths of the records of each collection that
   * it may see, in place of those of any collection, and the other paths that it may use. If there is no collection
   * yet, the paths of any collection stay.
   */
  async build({ sources, types }: TenantCollections, access: Access, form = PLAIN_FORM): Promise<string> {
    const ids = this.recordOperations.map(({ operation }) => operation.operationId);
    const names = nameCollections(sources, types, { taken: this.taken, operations: ids });
    const isVisible = (name: string): boolean => names.has(name) && (access.collections?.has(name) ?? true);
    const visible = sources.filter(({ name }) => isVisible(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const withSchema = new Set(visible.filter(({ schema }) => schema).map(({ name }) => name));
    const parts = new TextParts(form);
    const turn = new EventLoopTurn();
    const described: CollectionSource[] = [];
    for (const source of visible) {
      if (turn.isLong) await turn.pause();
      if (parts.length > MAX_LENGTH) break;
      this.addCollection(parts, source, { names, access, isVisible, withSchema });
      described.push(source);
    }
    const isComplete = described.length === visible.length && visible.length > 0;
    this.addGeneric(parts, access, isComplete);
    return parts.finish({
      openapi: this.generic.openapi,
      info: { ...this.generic.info, description: `${textOf(this.generic.info['description'])} ${NOTE}`.trim() },
      tags: this.tags(described),
      security: this.generic.security ?? [],
      securitySchemes: this.generic.components['securitySchemes'] ?? {},
    });
  }

  private addCollection(
    parts: TextParts,
    source: CollectionSource,
    { names, access, isVisible, withSchema }: Visible,
  ): void {
    const own = names.get(source.name);
    if (!own) return;
    const published = source.schema
      ? this.published(source, source.schema, { name: own.one, isVisible, isSearchable: source.isSearchable })
      : null;
    const recordOf = (collection: string): string | undefined => {
      const target = isVisible(collection) ? names.get(collection) : undefined;
      return target && (withSchema.has(collection) ? componentsOf(target).record : 'Record');
    };
    const components: CollectionComponents = published
      ? collectionComponents({ generic: this.generic, source, names: own, published, recordOf })
      : NO_COMPONENTS;
    for (const [name, schema] of components.schemas) parts.addComponent('schemas', name, schema);
    const given = { source, names: own, access, published, isVisible };
    const paths = collectionPaths(this.shared.operations, {
      ...given,
      tag: this.tagOf(source),
      replaced: components.replaced,
    });
    for (const [path, item] of Object.entries(paths)) parts.addPath(path, item);
  }

  /** Converting a schema takes milliseconds, so it is done once for settings that are given as the same object. */
  private published(source: CollectionSource, schema: JsonObject, options: PublishOptions): PublishedSchema {
    const visible = source.references.filter(({ collection }) => options.isVisible(collection));
    const key = JSON.stringify([options.name, visible.map(({ path }) => path)]);
    const known = this.schemas.get(source);
    if (known?.key === key) return known.published;
    const published = publishSchema(schema, options);
    this.schemas.set(source, { key, published });
    return published;
  }

  /** Adds the paths that do not belong to a single collection, and all components: those without use are dropped. */
  private addGeneric(parts: TextParts, access: Access, isComplete: boolean): void {
    for (const [path, item] of Object.entries(this.generic.paths)) {
      if (isComplete && isOfCollection(path)) continue;
      const allowed = Object.entries(item).filter(([, operation]) => mayUse(operation, access));
      if (allowed.length > 0) parts.addPath(path, Object.fromEntries(allowed));
    }
    for (const [name, item] of Object.entries(this.generic.webhooks ?? {})) {
      const allowed = Object.entries(item).filter(([, operation]) => mayUse(operation, access));
      if (allowed.length > 0) parts.addWebhook(name, Object.fromEntries(allowed));
    }
    const { schemas } = this.generic.components;
    const { parameters, responses, headers } = this.shared;
    const sections = { parameters, responses, headers, schemas: { ...schemas, ...FILTER_COMPONENTS } };
    for (const section of SECTIONS)
      for (const [name, component] of Object.entries(sections[section])) parts.addComponent(section, name, component);
  }

  private tags(described: readonly CollectionSource[]): JsonObject[] {
    const own = described.map((source) => ({
      name: this.tagOf(source),
      description: source.description ?? `Records of \`${source.name}\`.`,
    }));
    const [first, ...others] = this.generic.tags;
    return [...(first ? [{ ...first }] : []), ...own, ...others.map((tag) => ({ ...tag }))];
  }

  private tagOf({ name }: CollectionSource): string {
    return this.generic.tags.some((tag) => tag.name === name) ? `${name} (collection)` : name;
  }
}

/** The collections that a caller may see. */
interface Visible {
  readonly access: Access;
  /** The names of all collections of the tenant. */
  readonly names: ReadonlyMap<string, OpenApiNames>;
  /** Names of the visible collections that have a schema. */
  readonly withSchema: ReadonlySet<string>;
  readonly isVisible: (collection: string) => boolean;
}

const NO_COMPONENTS: CollectionComponents = { schemas: new Map(), replaced: new Map() };
