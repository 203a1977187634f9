import type { JsonObject } from '@haven/kernel';

/** An OpenAPI document, as far as this library reads it. */
export interface OpenApiDocument {
  openapi: string;
  info: JsonObject;
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, JsonObject> & { schemas: Record<string, JsonObject> };
  webhooks?: Record<string, Record<string, Operation>>;
  security?: JsonObject[];
  servers?: JsonObject[];
}

/** An operation of an OpenAPI document. */
export interface Operation extends JsonObject {
  operationId: string;
}

/** Where the operations on the records of a collection are, in the generic document. */
const OF_COLLECTION = '/api/v1/collections/{collection}/';

/** An operation on the records of a collection, as the generic document describes it. */
export interface RecordOperation {
  /** The path below that of the collection, such as `records/{id}`. */
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** Returns the operations on the records of a collection. */
export function recordOperations({ paths }: OpenApiDocument): RecordOperation[] {
  return Object.entries(paths)
    .filter(([path]) => isOfCollection(path))
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        path: path.slice(OF_COLLECTION.length),
        method,
        operation,
      })),
    );
}

/** Whether a path of the generic document leads to records of any collection. */
export function isOfCollection(path: string): boolean {
  return path.startsWith(OF_COLLECTION);
}
