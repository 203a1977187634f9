/** Path of a collection in the REST API. */
export function collectionApiPath(name: string): string {
  return `/api/v1/collections/${encodeURIComponent(name)}`;
}

/** Path of a record in the REST API. */
export function recordApiPath(collection: string, id: string): string {
  return `${collectionApiPath(collection)}/records/${encodeURIComponent(id)}`;
}

/** Parameters of a URL; undefined leaves one out. */
export type Query = Record<string, string | undefined>;

/** Returns a path with the parameters of a query. */
export function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}
