/** A record as the API returns it. */
export interface RecordItem {
  id: string;
  version: number;
  data: Record<string, unknown>;
}

/** Number of members of the documents that become columns of a table. */
const MAX_COLUMNS = 8;

/** Returns a function that makes a row of a record, with the members of all of them as columns. */
export function recordRowOf(items: readonly RecordItem[]): (item: RecordItem) => Record<string, string> {
  const names = [...new Set(items.flatMap(({ data }) => Object.keys(data)))].slice(0, MAX_COLUMNS);
  return ({ id, version, data }) => ({
    $id: id,
    $version: String(version),
    ...Object.fromEntries(names.map((name) => [name, cellOf(Object.hasOwn(data, name) ? data[name] : undefined)])),
  });
}

/** Returns the text of a JSON value in a table: strings as they are, and nothing for a value that is missing. */
export function cellOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
