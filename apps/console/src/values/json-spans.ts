/** The place of a value in a JSON text. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Returns where a JSON text has the value at a JSON Pointer; undefined if it has none. The text must be valid. Parsers
 * of JSON keep no places, and change numbers with many digits.
 */
export function spanAt(text: string, pointer: string): Span | undefined {
  let from: number | undefined = skipSpace(text, 0);
  for (const name of namesOf(pointer)) {
    from = childAt(text, from, name);
    if (from === undefined) return undefined;
  }
  return { from, to: endOf(text, from) };
}

function namesOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Returns where a member or an item starts. Of several members with the name, the last one counts. */
function childAt(text: string, from: number, name: string): number | undefined {
  const hasNames = text[from] === '{';
  if (!hasNames && text[from] !== '[') return undefined;
  let found: number | undefined;
  let at = skipSpace(text, from + 1);
  for (let index = 0; at < text.length && text[at] !== '}' && text[at] !== ']'; index += 1) {
    let key: unknown = String(index);
    if (hasNames) {
      const end = endOf(text, at);
      key = JSON.parse(text.slice(at, end));
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (key === name) found = at;
    at = skipSpace(text, endOf(text, at));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return found;
}

/** Returns where the value that starts at `from` ends. */
function endOf(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  if (text[from] !== '{' && text[from] !== '[') return matchEnd(/[^\s,\]}]*/y, text, from);
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, from: number): number {
  return matchEnd(/\s*/y, text, from);
}

function matchEnd(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(text)?.[0].length ?? 0);
}
