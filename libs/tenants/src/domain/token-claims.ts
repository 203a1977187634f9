import { scopes } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

/** What a token says, as JSON. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claim of this name; if there is none, what the dots of the name lead to. */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const member of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as Claims)[member]; // an object, as was asked
  }
  return value;
}

/** The words of a claim: text with spaces between them, or a list of text; undefined for anything else. */
export function wordsOf(claim: unknown): readonly string[] | undefined {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) && claim.every((word) => typeof word === 'string') ? claim : undefined;
}

/** The scopes that are meant; `map` holds `theirs=ours`, and what is neither there nor Haven's own means nothing. */
export function scopesOf(words: readonly string[], map: readonly string[]): Set<Scope> {
  const theirs = map.map((entry) => {
    const end = entry.lastIndexOf('=');
    return [entry.slice(0, end), entry.slice(end + 1)] as const;
  });
  const ours = theirs.filter(([their]) => words.includes(their)).map(([, our]) => our);
  return new Set([...words, ...ours].filter((name): name is Scope => Object.hasOwn(scopes, name)));
}
