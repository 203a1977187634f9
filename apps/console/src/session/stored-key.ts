const NAME = 'haven-console-key';

/** Returns the API key of this tab; null without a sign-in. The key is not stored elsewhere. */
export function storedKey(): string | null {
  return sessionStorage.getItem(NAME);
}

export function storeKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, key);
}
