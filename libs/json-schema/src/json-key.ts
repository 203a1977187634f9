import type { JsonValue } from '@haven/kernel';

/** A text two JSON values share if and only if they are equal: members in any order, `1` and `1.0` the same. */
export function jsonKey(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonKey).join()}]`;
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${jsonKey(value[name] ?? null)}`);
  return `{${members.join()}}`;
}
