import type { Data } from '../api/types.js';
import { shorten } from '../values/shorten.js';
import { LABEL_MEMBERS } from './label-members.js';

/** Returns a text by which people recognize a record: the member that names it, or its first text. */
export function recordLabel(data: Data): string | undefined {
  const texts = Object.entries(data).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
  );
  for (const name of LABEL_MEMBERS) {
    const found = texts.find(([member]) => member.toLowerCase() === name);
    if (found) return shorten(found[1], 80);
  }
  const first = texts.find(([, text]) => text.length <= 80 && !/^[0-9a-f-]{36}$/.test(text));
  return first?.[1];
}
