import { scopes } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

/** The claims of a token, as JSON. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * Returns the claim with this name. If there is no such claim, the name is read as a path: member names separated by
 * dots.
 */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const member of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as Claims)[member]; // checked to be an object above
  }
  return value;
}

/** Returns the words of a claim that is a space-separated string or an array of strings; otherwise undefined. */
export function wordsOf(claim: unknown): readonly string[] | undefined {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) && claim.every((word) => typeof word === 'string') ? claim : undefined;
}

/**
 * Returns the names among `words` that are scopes of Haven, and the scopes to which entries of `map` (`theirs=ours`)
 * translate other words. Ignores the rest.
 */
export function scopesOf(words: readonly string[], map: readonly string[]): Set<Scope> {
  const theirs = map.map((entry) => {
    const end = entry.lastIndexOf('=');
    return [entry.slice(0, end), entry.slice(end + 1)] as const;
  });
  const ours = theirs.filter(([their]) => words.includes(their)).map(([, our]) => our);
  return new Set([...words, ...ours].filter((name): name is Scope => Object.hasOwn(scopes, name)));
}
