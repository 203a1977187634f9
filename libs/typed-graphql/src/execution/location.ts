import { pointerTo } from '@haven/kernel';

/** A place in a response: a field or the item of a list, in the place that contains it. */
export interface Location {
  readonly parent: Location | undefined;
  /** Name in the response, or index in a list. */
  readonly key: string | number;
  /** The key or index in the stored document; absent for places outside of documents, and for the documents. */
  readonly member?: string | number | undefined;
}

/** Returns GraphQL's path of a place. */
export function pathOf(location: Location | undefined): (string | number)[] {
  const path: (string | number)[] = [];
  for (let at = location; at; at = at.parent) path.unshift(at.key);
  return path;
}

/** Returns the JSON Pointer of a place within its record, such as `/data/address/city`. */
export function pointerOf(location: Location): string {
  const keys: (string | number)[] = [];
  for (let at: Location | undefined = location; at?.member !== undefined; at = at.parent) keys.unshift(at.member);
  return keys.reduce<string>((pointer, key) => pointerTo(pointer, key), '/data');
}
