/**
 * Implements SQL's LIKE: `%` matches any text, `_` matches one character, a backslash escapes the next character. Takes
 * at most O(text length × pattern length).
 */
export function isLike(text: string, pattern: string): boolean {
  const tokens = likeTokens(pattern);
  const characters = Array.from(text);
  let token = 0;
  let position = 0;
  let retry: { token: number; position: number } | null = null;
  while (position < characters.length) {
    const expected = tokens[token];
    if (expected === anyText) {
      retry = { token: ++token, position };
    } else if (expected !== undefined && (expected === anyCharacter || expected === characters[position])) {
      token++;
      position++;
    } else if (retry) {
      // Backtracking only to the last `%` is enough: a longer match of an earlier `%` cannot make the rest match.
      retry.position++;
      ({ token, position } = retry);
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === anyText);
}

/** Lower-cases A–Z only, like PostgreSQL's collation "C", independent of the locale. */
export function asciiLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

const anyText = Symbol('%');
const anyCharacter = Symbol('_');

function likeTokens(pattern: string): (string | symbol)[] {
  return Array.from(pattern.matchAll(/\\(.)|(.)/gsu), ([, escaped, plain = '']) => {
    if (escaped !== undefined) return escaped;
    if (plain === '%') return anyText;
    return plain === '_' ? anyCharacter : plain;
  });
}
