/**
 * SQL's LIKE: `%` stands for any text, `_` for one character, a backslash makes the next character literal. Takes no
 * longer than the text times the pattern.
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
      // Only the last % needs another try: whatever the ones before it took can stay.
      retry.position++;
      ({ token, position } = retry);
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === anyText);
}

/** Lower-cases A–Z and nothing else, as PostgreSQL's collation "C" does, whatever the language. */
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
