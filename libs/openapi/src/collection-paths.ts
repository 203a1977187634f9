import { printPath } from '@haven/query';
import type { Access, JsonObject, JsonValue } from '@haven/kernel';
import type { CollectionSource } from '@haven/record-types';

import { mayUse } from './allowed-operations.js';
import { collectionExamples, exampleText } from './collection-examples.js';
import type { CollectionExamples } from './collection-examples.js';
import { componentRef } from './component-names.js';
import type { Operation, RecordOperation } from './openapi-document.js';
import { componentsOf, operationIdOf } from './operation-names.js';
import type { OpenApiNames } from './operation-names.js';
import type { PublishedSchema } from './published-schema.js';
import { listOf, objectOf, textOf } from './read-json.js';

/** Member names are listed in descriptions up to this number. */
const MAX_LISTED = 30;

const BY_INDEX = 'records/by/{index}/{value}';
const MERGE_PATCHES = new Set(['application/merge-patch+json', 'application/json']);

/** A collection whose paths are to be described. */
export interface PathSource {
  readonly source: CollectionSource;
  readonly names: OpenApiNames;
  /** The tag of its operations. */
  readonly tag: string;
  readonly access: Access;
  /** Null if any JSON object is allowed as data. */
  readonly published: PublishedSchema | null;
  /** Components of the collection by those of the generic document. */
  readonly replaced: ReadonlyMap<string, string>;
  readonly isVisible: (collection: string) => boolean;
}

type PathItem = Record<string, JsonObject>;

/** Returns the paths of the records of a collection, with the operations that the caller may use. */
export function collectionPaths(operations: readonly RecordOperation[], given: PathSource): Record<string, PathItem> {
  const { source, access } = given;
  const paths: Record<string, PathItem> = {};
  const examples = given.published && collectionExamples(given.published);
  const add = (path: string, method: string, operation: JsonObject): void => {
    const url = `/api/v1/collections/${source.name}/${path}`;
    (paths[url] ??= {})[method] = operation;
  };
  for (const { path, method, operation } of operations) {
    if (!mayUse(operation, access, source.name)) continue;
    const specialized = (key?: UniqueIndex): JsonObject => specialize(operation, given, { key, examples });
    if (path !== BY_INDEX) add(path, method, specialized());
    else for (const key of source.uniqueIndexes) add(`records/by/${inUrl(key.name)}/{value}`, method, specialized(key));
  }
  return paths;
}

type UniqueIndex = CollectionSource['uniqueIndexes'][number];

interface Specifics {
  readonly key: UniqueIndex | undefined;
  readonly examples: CollectionExamples | null;
}

function specialize(operation: Operation, given: PathSource, { key, examples }: Specifics): JsonObject {
  const { operationId, parameters, requestBody, responses, ...rest } = operation;
  const { names, published, replaced, tag } = given;
  const id = operationIdOf(operationId, names, key && names.keys.get(key.name));
  const own = listOf(parameters).flatMap((parameter) => parameterFor(objectOf(parameter), given, { key, examples }));
  return {
    ...rest,
    operationId: id,
    'x-haven-operation': operationId,
    tags: [tag],
    ...(own.length > 0 && { parameters: own }),
    ...(requestBody !== undefined && {
      requestBody: published && examples ? bodyFor(operation, given, examples) : requestBody,
    }),
    responses: replaceComponents(responses ?? {}, replaced),
  };
}

/** Returns the parameter with the members of the collection, or nothing if it has no use for the collection. */
function parameterFor(parameter: JsonObject, given: PathSource, { key, examples }: Specifics): JsonObject[] {
  const { source, published, isVisible } = given;
  const { name, description, schema } = parameter;
  const describedAs = (text: string, example: string | undefined): JsonObject[] => {
    const { example: _, ...generic } = objectOf(schema);
    const full = [textOf(description), text].filter((part) => part !== '').join(' ');
    return [{ ...parameter, description: full, schema: { ...generic, ...(example !== undefined && { example }) } }];
  };
  switch (name) {
    case 'value':
      return describedAs(
        key ? `Value of ${key.paths.map((path) => code(printPath(path))).join(', ')}.` : '',
        valueOf(given, key),
      );
    case 'upsertBy': {
      const indexes = source.uniqueIndexes.map((index) => index.name);
      return indexes.length === 0 ? [] : describedAs(`One of ${indexes.map(code).join(', ')}.`, indexes[0]);
    }
    case 'expand': {
      const references = source.references.filter(({ collection }) => isVisible(collection));
      const listed = references.map(({ path, collection }) => `${code(printPath(path))} (${collection})`).join(', ');
      const [first] = references;
      return first ? describedAs(`References: ${listed}.`, printPath(first.path)) : [];
    }
    case 'filter':
    case 'sort':
    case 'fields':
    case 'columns':
      return published && examples ? describedAs(memberList(published), examples.parameter(name)) : [parameter];
    default:
      return [parameter];
  }
}

function valueOf({ published }: PathSource, key: UniqueIndex | undefined): string | undefined {
  const [path, ...others] = key?.paths ?? [];
  return path && others.length === 0 ? exampleText(published?.example ?? null, path) : undefined;
}

function memberList({ members }: PublishedSchema): string {
  if (members.length === 0) return '';
  const listed = members.slice(0, MAX_LISTED).map((member) => code(printPath([member])));
  return `Members: ${listed.join(', ')}${members.length > MAX_LISTED ? ' …' : '.'}`;
}

function bodyFor({ operationId, requestBody }: Operation, given: PathSource, examples: CollectionExamples): JsonObject {
  const body = objectOf(requestBody);
  const content = Object.entries(objectOf(body['content'])).map(([mediaType, media]) => {
    const { schema = {} } = objectOf(media);
    const isMergePatch = operationId.startsWith('patchRecord') && MERGE_PATCHES.has(mediaType);
    const example = examples.body(operationId, mediaType);
    const own = isMergePatch
      ? componentRef(componentsOf(given.names).patch)
      : replaceComponents(schema, given.replaced);
    return [mediaType, { schema: own, ...(example !== undefined && { example }) }];
  });
  return { ...body, content: Object.fromEntries(content) };
}

/** Returns a copy of a value in which references lead to other components. */
function replaceComponents(value: JsonValue, replaced: ReadonlyMap<string, string>): JsonValue {
  if (Array.isArray(value)) return value.map((each) => replaceComponents(each, replaced));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => {
    const target = name === '$ref' && typeof each === 'string' ? each.slice(each.lastIndexOf('/') + 1) : undefined;
    const own = target === undefined ? undefined : replaced.get(target);
    return [name, own === undefined ? replaceComponents(each, replaced) : componentRef(own).$ref];
  });
  return Object.fromEntries(entries) as JsonObject;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Encodes the name of an index as a part of a path. Commas stay readable. */
function inUrl(name: string): string {
  return encodeURIComponent(name).replaceAll('%2C', ',');
}
