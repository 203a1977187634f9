const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/**
 * Finds the members of objects in valid JSON texts, without parsing their values. Objects of one type mostly have the
 * same keys in the same order (`jsonb` stores them sorted), so the key that is expected next is compared first.
 */
export class MemberFinder {
  private readonly first: KnownKey = { quoted: '', slot: -1, isKept: true, next: undefined };
  private readonly known = new Map<string, KnownKey>();
  private readonly slots = new Map<string, number>();

  /** Returns the number of a key whose value is to be found. */
  want(key: string): number {
    const slot = this.slots.get(key) ?? this.slots.size;
    this.slots.set(key, slot);
    return slot;
  }

  /**
   * Returns the start and the end of each wanted value in the object that starts at `at`, at twice the number of its
   * key. Both are 0 if the object does not have the member. Keys must not be repeated, which Haven refuses in every
   * document.
   */
  find(text: string, at: number): number[] {
    const spans: number[] = [];
    let missing = this.slots.size;
    for (let index = 0; index < missing; index++) spans.push(0, 0);
    let start = skipSpace(text, at + 1);
    let previous = this.first;
    while (missing > 0 && text.charCodeAt(start) === QUOTE) {
      let key = previous.next;
      let keyEnd: number;
      if (key !== undefined && text.startsWith(key.quoted, start)) keyEnd = start + key.quoted.length;
      else {
        keyEnd = endOfString(text, start);
        key = this.keyIn(text, start, keyEnd);
        if (key.isKept) previous.next = key;
      }
      previous = key;
      const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
      const end = endOfValue(text, value);
      if (key.slot >= 0) {
        spans[2 * key.slot] = value;
        spans[2 * key.slot + 1] = end;
        missing--;
      }
      start = afterSeparator(text, end);
    }
    return spans;
  }

  private keyIn(text: string, start: number, end: number): KnownKey {
    const raw = text.slice(start + 1, end - 1);
    const key = raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw; // a string in quotes
    const known = this.known.get(key);
    if (known) return known;
    const quoted = JSON.stringify(key);
    const isKept = this.known.size < MOST_KNOWN;
    const added = { quoted, slot: this.slots.get(key) ?? -1, isKept, next: undefined };
    if (isKept) this.known.set(JSON.parse(quoted) as string, added); // a copy, because `key` may keep the whole text
    return added;
  }
}

/** A key that was found, and the one that came after it when it was last found. */
interface KnownKey {
  readonly quoted: string;
  /** -1 if the value is not wanted. */
  readonly slot: number;
  /** Whether the key is one of those that are kept. */
  readonly isKept: boolean;
  next: KnownKey | undefined;
}

/** The most keys that are kept: an object may be a map with any number of keys. */
const MOST_KNOWN = 500;

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
