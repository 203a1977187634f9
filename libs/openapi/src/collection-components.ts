import type { JsonObject, JsonValue } from '@haven/kernel';
import type { CollectionSource } from '@haven/record-types';
import { printPath } from '@haven/query';

import { componentRef } from './component-names.js';
import type { OpenApiDocument } from './openapi-document.js';
import { componentsOf } from './operation-names.js';
import type { OpenApiNames } from './operation-names.js';
import type { PublishedSchema } from './published-schema.js';
import { objectOf } from './read-json.js';

/** The source of the components of a collection. */
export interface ComponentSource {
  readonly generic: OpenApiDocument;
  readonly source: CollectionSource;
  readonly names: OpenApiNames;
  readonly published: PublishedSchema;
  /** Returns the component for the records of another collection; undefined if the caller may not see them. */
  readonly recordOf: (collection: string) => string | undefined;
}

/** The components of a collection, and those of the generic document in whose place they are. */
export interface CollectionComponents {
  readonly schemas: ReadonlyMap<string, JsonObject>;
  readonly replaced: ReadonlyMap<string, string>;
}

/** Returns the components for the requests and responses of a collection that has a schema. */
export function collectionComponents(given: ComponentSource): CollectionComponents {
  const { generic, names, published } = given;
  const { record, page, created, replacement, patch, query, aggregate, update, deletion, exported } =
    componentsOf(names);
  const { schemas } = generic.components;
  const [data, input, changes] = [published.data, published.input, published.patch].map(componentRef);
  const filter = componentRef(published.filter);
  const like = (component: string, members: Record<string, JsonObject | undefined>): JsonObject =>
    withMembers(objectOf(schemas[component]), members);
  return {
    schemas: new Map([
      ...published.components,
      [record, { ...like('Record', { data, expanded: expandedRecords(given) }), description: 'A record.' }],
      [page, like('RecordPage', { items: { type: 'array', items: componentRef(record) } })],
      [created, like('NewRecord', { data: input })],
      [replacement, like('RecordReplacement', { data: input })],
      [query, like('RecordQuery', { filter })],
      [aggregate, like('AggregateQuery', { filter })],
      [update, like('RecordsUpdate', { filter, data: changes })],
      [deletion, like('RecordsDeletion', { filter })],
      [exported, like('RecordsExport', { filter })],
      [patch, mergePatch(published.patch)],
    ]),
    replaced: new Map([
      ['Record', record],
      ['RecordPage', page],
      ['NewRecord', created],
      ['RecordReplacement', replacement],
      ['RecordQuery', query],
      ['AggregateQuery', aggregate],
      ['RecordsUpdate', update],
      ['RecordsDeletion', deletion],
      ['RecordsExport', exported],
    ]),
  };
}

function mergePatch(patch: string): JsonObject {
  return {
    type: 'object',
    description: 'A JSON Merge Patch (RFC 7396).',
    required: ['data'],
    properties: { data: componentRef(patch) },
    additionalProperties: false,
  };
}

/** Returns the schema with other members, which keep their description, and without examples. */
function withMembers(schema: JsonObject, members: Record<string, JsonObject | undefined>): JsonObject {
  const properties = Object.entries(objectOf(schema['properties'])).map(([name, member]): [string, JsonValue] => {
    const { example: _, ...generic } = objectOf(member);
    const { description } = generic;
    return [name, members[name] ? { ...(description !== undefined && { description }), ...members[name] } : generic];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** Returns the schema of `expanded`: the records to which the references lead. */
function expandedRecords({ source, recordOf }: ComponentSource): JsonObject | undefined {
  const entries = source.references.flatMap(({ path, collection }): [string, JsonObject][] => {
    const record = recordOf(collection);
    if (record === undefined) return [];
    const one = { anyOf: [componentRef(record), { type: 'null' }] };
    const isList = isArray(source.schema ?? {}, path);
    return [[printPath(path), isList ? { anyOf: [{ type: 'array', items: one }, { type: 'null' }] } : one]];
  });
  if (entries.length === 0) return undefined;
  return { type: 'object', properties: Object.fromEntries(entries) };
}

/** Whether the member at a path of `properties` is an array. */
function isArray(schema: JsonObject, [name, ...rest]: readonly string[]): boolean {
  if (name !== undefined) return isArray(objectOf(objectOf(schema['properties'])[name]), rest);
  return [schema['type']].flat().includes('array') || 'items' in schema;
}
