const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Whether a collection or a member may have this name in GraphQL: those with a leading underscore are Haven's. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}

/**
 * Returns the GraphQL name of a key, or null if nothing of the key is left in it: invalid characters become
 * underscores, and a name that would start with an underscore or a digit gets a prefix, such as `m` in `m_id`.
 */
export function nameOfKey(key: string, prefix: string): string | null {
  if (NAME.test(key)) return key;
  if (!/[A-Za-z0-9]/.test(key)) return null;
  const valid = key.replaceAll(/[^A-Za-z0-9_]/gu, '_');
  if (valid.startsWith('_')) return prefix + valid;
  return /^[0-9]/.test(valid) ? `${prefix}_${valid}` : valid;
}

/** Writes words in PascalCase: `major genre` and `majorGenre` are both `MajorGenre`. */
export function pascalCase(text: string): string {
  return wordsOf(text).map(capitalized).join('');
}

/** Writes words in camelCase. */
export function camelCase(text: string): string {
  const words = wordsOf(text);
  return words.map((word, index) => (index === 0 ? uncapitalized(word) : capitalized(word))).join('');
}

/** Returns the parts of a text that consist of ASCII letters and digits. */
export function wordsOf(text: string): string[] {
  return text.match(/[A-Za-z0-9]+/g) ?? [];
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function uncapitalized(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}
