const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/**
 * Finds members of the object that starts at `at` in a valid JSON text, without parsing their values. `slots` has a
 * number for the key of each wanted member; `spans` receives the start and the end of its value at twice this number, or
 * zeros if the object does not have the member. Keys must not be repeated, which Haven refuses in every document.
 */
export function findMembers(text: string, at: number, slots: ReadonlyMap<string, number>, spans: number[]): void {
  let missing = slots.size;
  spans.length = 0;
  for (let index = 0; index < missing; index++) spans.push(0, 0);
  let start = skipSpace(text, at + 1);
  while (missing > 0 && text.charCodeAt(start) === QUOTE) {
    const keyEnd = endOfString(text, start);
    const slot = slots.get(keyIn(text, start, keyEnd));
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, value);
    if (slot !== undefined) {
      spans[2 * slot] = value;
      spans[2 * slot + 1] = end;
      missing--;
    }
    start = afterSeparator(text, end);
  }
}

/** Returns the starts and ends of the items of the list that starts at `at`, one after another. */
export function findItems(text: string, at: number): number[] {
  const spans: number[] = [];
  let start = skipSpace(text, at + 1);
  while (text.charCodeAt(start) !== CLOSE_BRACKET) {
    const end = endOfValue(text, start);
    spans.push(start, end);
    const next = afterSeparator(text, end);
    if (next === END) return spans;
    start = next;
  }
  return spans;
}

const END = -1;

/** Returns the start of the next key or item, or {@link END} if there is none. */
function afterSeparator(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text.charCodeAt(at) === COMMA ? skipSpace(text, at + 1) : END;
}

function keyIn(text: string, start: number, end: number): string {
  const key = text.slice(start + 1, end - 1);
  return key.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : key; // a string in quotes
}

/** Returns the end of the value that starts at `at`. */
export function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return endOfString(text, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfContainer(text, at);
  let end = at + 1;
  while (!endsScalar(text.charCodeAt(end))) end++;
  return end;
}

/** Whether a character ends a number or a literal; it is NaN after the end of the text. */
function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= SPACE || code !== code;
}

/** A quote ends the string unless an odd number of backslashes precedes it. */
function endOfString(text: string, at: number): number {
  let quote = text.indexOf('"', at + 1);
  while (text.charCodeAt(quote - 1) === BACKSLASH) {
    let slash = quote - 2;
    while (text.charCodeAt(slash) === BACKSLASH) slash--;
    if ((quote - slash) % 2 === 1) break;
    quote = text.indexOf('"', quote + 1);
  }
  return quote + 1;
}

function endOfContainer(text: string, at: number): number {
  let depth = 1;
  let end = at + 1;
  while (depth > 0) {
    const code = text.charCodeAt(end);
    if (code === QUOTE) {
      end = endOfString(text, end);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    end++;
  }
  return end;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (text.charCodeAt(next) <= SPACE) next++;
  return next;
}
