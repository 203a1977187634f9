/** Path of the view of a collection's records. */
export function collectionPath(name: string): string {
  return `/collections/${encodeURIComponent(name)}`;
}

/** Path of the view of a collection's settings. */
export function settingsPath(name: string, tab?: string): string {
  return `${collectionPath(name)}/settings${tab === undefined ? '' : `?tab=${tab}`}`;
}

/** Path of a collection in the API. */
export function collectionApiPath(name: string): string {
  return `/api/v1/collections/${encodeURIComponent(name)}`;
}
