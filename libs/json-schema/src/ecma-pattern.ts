/**
 * Translates an ECMA-262 pattern (flag `u`, already known to be valid) to RE2's syntax. Rewrites the constructs that
 * ECMA-262 and RE2 interpret differently: `.`, `\s`, `[` and `\b` inside a class, surrogate pairs, and the long names
 * of Unicode properties. Throws a `SyntaxError` that names the construct if the pattern contains one that cannot be
 * matched in linear time.
 */
export function ecmaToRe2(pattern: string): string {
  let inClass = false;
  return pattern.replace(TOKEN, (token) => {
    if (token === '[' || token === ']') {
      const literal = inClass && token === '[';
      inClass = token === '[';
      return literal ? '\\[' : token;
    }
    if (token === '.') return inClass ? token : `[^${LINE_ENDS}]`;
    if (token.startsWith('(?')) return inClass ? token : refuseGroup(token);
    return escapeLiteral(token, inClass);
  });
}

// Matches the constructs that mean something else in RE2, or that RE2 does not support. All other text is copied.
const TOKEN =
  /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\[pP]\{[^}]*\}|\\c[A-Za-z]|\\[^]|\(\?(?:<?[=!]|[ims-]+:)|[[\].]/g;

const LINE_ENDS = '\\n\\r\\x{2028}\\x{2029}';
const SPACES = '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const NO_SPACES =
  '\\x00-\\x08\\x0e-\\x1f!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}' +
  '\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';

function escapeLiteral(token: string, inClass: boolean): string {
  if (token === '\\s') return inClass ? SPACES : `[${SPACES}]`;
  if (token === '\\S') return inClass ? NO_SPACES : `[${NO_SPACES}]`;
  if (token === '\\b' && inClass) return '\\x08';
  if (/^\\[1-9k]/.test(token))
    throw new SyntaxError('backreferences are not supported, because patterns run in linear time (RE2)');
  if (/^\\u[^]{4}\\u/.test(token)) {
    return `\\x{${(codeUnit(token, 2) * 0x400 + codeUnit(token, 8) - 0x35fdc00).toString(16)}}`;
  }
  return /^\\[pP]/.test(token) ? property(token) : token;
}

function property(token: string): string {
  const [, letter = '', key, value = ''] = /^\\([pP])\{(?:([^=}]*)=)?([^}]*)\}$/.exec(token) ?? [];
  if (key === 'scx' || key === 'Script_Extensions')
    throw new SyntaxError('Script_Extensions is not supported; use Script');
  return `\\${letter}{${CATEGORIES.get(value) ?? value}}`;
}

function refuseGroup(token: string): never {
  // Flags inside a pattern are refused: only newer versions of ECMA-262 have them, and `s` matches less there than in
  // RE2.
  if (token.endsWith(':')) throw new SyntaxError('flags within a pattern are not supported');
  throw new SyntaxError('lookahead and lookbehind are not supported, because patterns run in linear time (RE2)');
}

function codeUnit(token: string, at: number): number {
  return Number.parseInt(token.slice(at, at + 4), 16);
}

const CATEGORIES: ReadonlyMap<string, string> = new Map(
  `Letter=L Cased_Letter=LC Uppercase_Letter=Lu Lowercase_Letter=Ll Titlecase_Letter=Lt Modifier_Letter=Lm
  Other_Letter=Lo Mark=M Combining_Mark=M Nonspacing_Mark=Mn Spacing_Mark=Mc Enclosing_Mark=Me Number=N
  Decimal_Number=Nd digit=Nd Letter_Number=Nl Other_Number=No Punctuation=P punct=P Connector_Punctuation=Pc
  Dash_Punctuation=Pd Open_Punctuation=Ps Close_Punctuation=Pe Initial_Punctuation=Pi Final_Punctuation=Pf
  Other_Punctuation=Po Symbol=S Math_Symbol=Sm Currency_Symbol=Sc Modifier_Symbol=Sk Other_Symbol=So Separator=Z
  Space_Separator=Zs Line_Separator=Zl Paragraph_Separator=Zp Other=C Control=Cc cntrl=Cc Format=Cf
  Surrogate=Cs Private_Use=Co Unassigned=Cn`
    .split(/\s+/)
    .flatMap((pair): [string, string][] => {
      const [long = '', short = ''] = pair.split('=');
      return [[long, short]];
    }),
);
