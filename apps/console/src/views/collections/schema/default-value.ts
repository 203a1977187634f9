import { readJson } from '../../../values/document-text.js';
import type { ReadValue } from './committed-input.js';
import type { MemberKind } from './member-kind.js';

/** Kinds whose defaults are typed as they are, not as JSON. */
const TEXTS = new Set<MemberKind>(['text', 'date', 'dateTime', 'email', 'uri', 'uuid', 'choice', 'reference']);

/** Defaults that the server computes, by the kinds of members that can have them. */
const COMPUTED: Partial<Record<MemberKind, readonly { value: string; label: string }[]>> = {
  dateTime: [{ value: '$now', label: 'the time of the change' }],
  uuid: [{ value: '$uuid', label: 'a new UUID' }],
  text: [
    { value: '$principal', label: 'the name of the caller' },
    { value: '$uuid', label: 'a new UUID' },
    { value: '$now', label: 'the time of the change' },
  ],
};

/** Returns the defaults that the server can compute for members of a kind. */
export function computedDefaults(kind: MemberKind): readonly { value: string; label: string }[] {
  return COMPUTED[kind] ?? [];
}

/** Writes a default as the user types it. */
export function defaultText(kind: MemberKind, value: unknown): string {
  return TEXTS.has(kind) && typeof value === 'string' ? value : JSON.stringify(value);
}

/** Reads a default that was typed. */
export function readDefault(kind: MemberKind, text: string): ReadValue<unknown> {
  if (!TEXTS.has(kind)) {
    const read = readJson(text);
    return 'value' in read ? read : { problem: 'Not JSON, such as 12, true or ["a"]' };
  }
  return text.startsWith('$') ? { problem: 'Texts that begin with $ are reserved.' } : { value: text };
}
