import type { JsonValue } from '@haven/kernel';

/**
 * Returns a text that two JSON values share if and only if they are equal. Member order is ignored; `1` equals `1.0`.
 */
export function jsonKey(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonKey).join()}]`;
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${jsonKey(value[name] ?? null)}`);
  return `{${members.join()}}`;
}
