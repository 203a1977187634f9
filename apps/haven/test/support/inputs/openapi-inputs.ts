/** A JSON Schema in the document, as far as it is read here. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  enum?: unknown[];
}

/** An operation of the served OpenAPI document. */
export interface RestOperation {
  id: string;
  method: string;
  path: string;
  mediaTypes: string[];
  parameters: { in: string; name: string; required?: boolean; schema: Schema }[];
  body: Schema | undefined;
  /** Schemas of the body, one for each media type. */
  bodies: Schema[];
  /** Whether a request without a body is refused. */
  bodyRequired: boolean;
}

/** A place in the input of an operation where values are tried. */
export interface RestPlace {
  operation: RestOperation;
  in: 'path' | 'query' | 'header' | 'body';
  /** The name of a parameter, or the path to a member of the body; an index stands for the first element of a list. */
  path: (string | 0)[];
  schema: Schema;
  /** The media type of the body, if it is not the first one of the operation. */
  type?: string;
}

export interface OpenApi {
  paths: Record<string, Record<string, any>>;
  components: { schemas: Record<string, Schema> };
}

/** Operations that OpenAPI 3.1 cannot describe, and the operation whose inputs they have. */
const UNDESCRIBED = [{ id: 'queryRecordsByQuery', method: 'QUERY', path: '/records', like: 'queryRecords' }];

/** Returns the operations below `/api`. */
export function restOperations({ paths }: OpenApi): RestOperation[] {
  const found = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId, parameters = [], requestBody }]): RestOperation => {
        const content: Record<string, { schema: Schema }> = requestBody?.content ?? {};
        const mediaTypes = Object.keys(content);
        const bodies = Object.values(content).map(({ schema }) => schema);
        const [body] = bodies;
        const bodyRequired = requestBody?.required === true;
        return {
          id: operationId,
          method: method.toUpperCase(),
          path,
          mediaTypes,
          parameters,
          body,
          bodies,
          bodyRequired,
        };
      }),
    );
  const missing = UNDESCRIBED.filter(({ id }) => found.every((operation) => operation.id !== id));
  return found.concat(
    missing.flatMap(({ id, method, path, like }) =>
      found
        .filter((operation) => operation.id === like)
        .map((operation) => ({ ...operation, id, method, path: operation.path.replace(/\/query$/, path) })),
    ),
  );
}

/** Returns all places of the input of an operation: its parameters, its body, and the members of its body. */
export function placesOf(operation: RestOperation, document: OpenApi): RestPlace[] {
  const parameters = operation.parameters.map(({ in: place, name, schema }): RestPlace => ({
    operation,
    in: place as 'path',
    path: [name],
    schema,
  }));
  if (!operation.body) return parameters;
  const isJson = operation.mediaTypes.some((type) => type.endsWith('json') && !/ndjson/.test(type));
  const members = isJson ? membersOf(operation.body, document) : [{ path: [], schema: operation.body }];
  const others = operation.mediaTypes
    .map((type, place) => ({ path: [], schema: operation.bodies[place] ?? {}, type }))
    .slice(1);
  return [...parameters, ...[...members, ...others].map((member): RestPlace => ({ operation, in: 'body', ...member }))];
}

function membersOf(schema: Schema, document: OpenApi, path: (string | 0)[] = []): Pick<RestPlace, 'path' | 'schema'>[] {
  const { properties = {}, items } = resolved(schema, document);
  const inner = items && resolved(items, document).properties ? membersOf(items, document, [...path, 0]) : [];
  const named = Object.entries(properties).flatMap(([name, member]) => membersOf(member, document, [...path, name]));
  return [{ path, schema }, ...inner, ...named];
}

/** Follows a reference, also inside `allOf` or `anyOf`. */
function resolved(schema: Schema, document: OpenApi): Schema {
  const target = schema.$ref ?? [...(schema.allOf ?? []), ...(schema.anyOf ?? [])].find(({ $ref }) => $ref)?.$ref;
  if (target === undefined) return schema;
  return document.components.schemas[target.replace('#/components/schemas/', '')] ?? schema;
}
