/** Path of a collection in the REST API. */
export function collectionApiPath(name: string): string {
  return `/api/v1/collections/${encodeURIComponent(name)}`;
}

/** Path of a record in the REST API. */
export function recordApiPath(collection: string, id: string): string {
  return `${collectionApiPath(collection)}/records/${encodeURIComponent(id)}`;
}
