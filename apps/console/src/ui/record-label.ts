import { shorten } from './shorten.js';

/** Members that usually name a record, in the order in which they are tried. */
const NAMES = ['title', 'name', 'label', 'subject', 'email', 'code', 'key'];

/** Returns a short text by which a person recognizes a record, or undefined if its document has none. */
export function recordLabel(data: Readonly<Record<string, unknown>>): string | undefined {
  const members = Object.entries(data);
  const named = NAMES.map((name) => members.find(([member]) => member.toLowerCase() === name)?.[1]);
  const label = [...named, ...members.map(([, value]) => value)].find(isLabel);
  return label === undefined ? undefined : shorten(label, 80);
}

function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length < 500;
}
