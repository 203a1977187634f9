/** Path of the view of a collection's records. */
export function collectionPath(name: string): string {
  return `/collections/${encodeURIComponent(name)}`;
}

/** Path of the view of a collection's settings. */
export function settingsPath(name: string, tab?: string): string {
  return `${collectionPath(name)}/settings${tab === undefined ? '' : `?tab=${tab}`}`;
}

/** Path of the view that imports files into a collection. */
export function importPath(name: string): string {
  return `${collectionPath(name)}/import`;
}

/** Path of the view of a record. */
export function recordPath(collection: string, id: string): string {
  return `${collectionPath(collection)}/records/${encodeURIComponent(id)}`;
}
