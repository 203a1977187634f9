import { printPath } from '@haven/query';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { PublishedSchema } from './published-schema.js';

/** Examples of requests to a collection, made from the members of its schema. */
export interface CollectionExamples {
  /** Bodies by the generic operationId and the media type. */
  body(operation: string, mediaType: string): JsonValue | undefined;
  /** Values of query parameters by their names. */
  parameter(name: string): string | undefined;
}

/** Returns the examples for a collection. Where there is none, the operations have no example either. */
export function collectionExamples({ example, members }: PublishedSchema): CollectionExamples {
  const [name, value] = Object.entries(example ?? {}).find(([, each]) => isScalar(each)) ?? [];
  const one = name === undefined || value === undefined ? undefined : { name, value };
  const path = one && printPath([one.name]);
  const filter = one && { [one.name]: one.value };
  const changes = one && { data: { [one.name]: one.value } };
  const jsonPatch = one && [{ op: 'add', path: `/data/${escaped(one.name)}`, value: one.value }];
  const record = example ? { data: example } : undefined;
  const bodies: Record<string, JsonValue | undefined> = {
    createRecord: record,
    replaceRecord: record,
    upsertRecord: record,
    patchRecord: changes,
    patchRecordBy: changes,
    queryRecords: filter && path !== undefined ? { filter, sort: path, limit: 10 } : { limit: 10 },
    aggregate: aggregateExample(Object.entries(example ?? {})),
    updateRecords: filter && changes && { filter, ...changes },
    deleteRecords: filter && { filter },
    exportMatchingRecords: filter ? { filter, shape: 'document' } : { shape: 'document' },
    restoreRecord: { version: 1 },
    importRecords: example ? `${JSON.stringify(example)}\n` : undefined,
  };
  const fields = members.slice(0, 2).map((member) => printPath([member]));
  const parameters: Record<string, string | undefined> = {
    filter: filter && JSON.stringify(filter),
    sort: path,
    fields: fields.length > 0 ? fields.join(',') : undefined,
    columns: fields.length > 0 ? fields.join(',') : undefined,
  };
  return {
    body: (operation, mediaType) => {
      if (mediaType === 'text/csv') return undefined; // a document with nested members has no single form in CSV
      return mediaType === 'application/json-patch+json' ? jsonPatch : bodies[operation];
    },
    parameter: (parameter) => parameters[parameter],
  };
}

/** Groups by the first member that is no number, and sums the first number. */
function aggregateExample(members: [string, JsonValue][]): JsonObject {
  const [group] = members.find(([, value]) => isScalar(value) && typeof value !== 'number') ?? [];
  const [number] = members.find(([, value]) => typeof value === 'number') ?? [];
  return {
    ...(group !== undefined && { groupBy: [printPath([group])] }),
    compute: { n: 'count', ...(number !== undefined && { total: { sum: printPath([number]) } }) },
    sort: '-n',
    limit: 10,
  };
}

function isScalar(value: JsonValue | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Escapes a name for a JSON Pointer. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Returns the value at a path of the example as the text of a URL, if it is a string, a number or a boolean. */
export function exampleText(example: JsonObject | null, path: readonly string[]): string | undefined {
  let value: JsonValue | undefined = example ?? undefined;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = value[name];
  }
  return isScalar(value) ? `${value}` : undefined;
}
