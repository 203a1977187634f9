/** Path of a record in the REST API. */
export function apiPathOf(collection: string, id: string): string {
  return `/api/v1/collections/${encodeURIComponent(collection)}/records/${encodeURIComponent(id)}`;
}
