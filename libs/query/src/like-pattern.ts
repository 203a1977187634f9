import type { EvaluationWork } from './evaluation-work.js';

/**
 * Implements SQL's LIKE: `%` matches any text, `_` matches one character, a backslash escapes the next character. Takes
 * time proportional to the length of the text, for each part of the pattern between two `%`.
 */
export function isLike(text: string, pattern: string, work?: EvaluationWork): boolean {
  work?.scan(pattern.length * STEPS_PER_PATTERN_CHARACTER);
  const [first = [], ...others] = partsOf(pattern);
  const last = others.pop();
  let position = endOfMatch(text, 0, first);
  if (last === undefined || position === undefined) return position === text.length;
  for (const part of others) {
    position = endOfFirst(text, position, part, work);
    if (position === undefined) return false;
  }
  const start = startOfMatch(text, last);
  return start !== undefined && start >= position;
}

/** Steps that it takes to read a character of a pattern, which is read again for each text. */
const STEPS_PER_PATTERN_CHARACTER = 4;

const anyCharacter = Symbol('_');

/** Part of a pattern between two `%`: characters and placeholders for one character. */
type PatternPart = (string | typeof anyCharacter)[];

function partsOf(pattern: string): PatternPart[] {
  const parts: PatternPart[] = [[]];
  for (const [, escaped, plain = ''] of pattern.matchAll(/\\(.)|(.)/gsu)) {
    if (escaped === undefined && plain === '%') parts.push([]);
    else parts.at(-1)?.push(escaped ?? (plain === '_' ? anyCharacter : plain));
  }
  return parts;
}

/** Returns the end of the part if the text contains it at `start`, otherwise undefined. */
function endOfMatch(text: string, start: number, part: PatternPart): number | undefined {
  let position = start;
  for (const expected of part) {
    if (expected === anyCharacter) {
      if (position >= text.length) return undefined;
      position += characterAt(text, position).length;
    } else {
      if (!text.startsWith(expected, position)) return undefined;
      position += expected.length;
    }
  }
  return position;
}

/** Returns the start of the part if the text ends with it, otherwise undefined. */
function startOfMatch(text: string, part: PatternPart): number | undefined {
  let position = text.length;
  for (const expected of part.toReversed()) {
    if (position <= 0) return undefined;
    if (expected === anyCharacter) position -= isSurrogatePair(text, position - 2) ? 2 : 1;
    else if (text.endsWith(expected, position)) position -= expected.length;
    else return undefined;
  }
  return position;
}

/** Returns the end of the first occurrence of the part after `start`, or undefined if there is none. */
function endOfFirst(text: string, start: number, part: PatternPart, work?: EvaluationWork): number | undefined {
  if (part.includes(anyCharacter)) return endOfFirstWithPlaceholders(text, start, part, work);
  work?.search(text.length - start);
  const literal = part.join('');
  const found = text.indexOf(literal, start);
  return found < 0 ? undefined : found + literal.length;
}

const BITS = 32;

/**
 * Searches with the Shift-And algorithm: bit n of `state` says that the last n + 1 characters match the first n + 1 of
 * the part.
 */
function endOfFirstWithPlaceholders(
  text: string,
  start: number,
  part: PatternPart,
  work?: EvaluationWork,
): number | undefined {
  const words = Math.ceil(part.length / BITS);
  work?.scan((text.length - start + part.length) * words);
  const { byCharacter, other } = masksOf(part, words);
  const state = new Uint32Array(words);
  const last = part.length - 1;
  for (let position = start; position < text.length;) {
    const character = characterAt(text, position);
    const mask = byCharacter.get(character) ?? other;
    position += character.length;
    let carry = 1;
    for (let word = 0; word < words; word++) {
      const bits = state[word] ?? 0;
      state[word] = ((bits << 1) | carry) & (mask[word] ?? 0);
      carry = bits >>> (BITS - 1);
    }
    if (((state[words - 1] ?? 0) >>> (last % BITS)) & 1) return position;
  }
  return undefined;
}

/** Returns for each character the positions in the part at which it may stand, as bits. */
function masksOf(part: PatternPart, words: number): { byCharacter: Map<string, Uint32Array>; other: Uint32Array } {
  const other = new Uint32Array(words);
  const byCharacter = new Map<string, Uint32Array>();
  const add = (mask: Uint32Array, index: number) => {
    const word = Math.floor(index / BITS);
    mask[word] = (mask[word] ?? 0) | (1 << (index % BITS));
  };
  for (const [index, expected] of part.entries()) if (expected === anyCharacter) add(other, index);
  for (const [index, expected] of part.entries()) {
    if (expected === anyCharacter) continue;
    const mask = byCharacter.get(expected) ?? Uint32Array.from(other);
    add(mask, index);
    byCharacter.set(expected, mask);
  }
  return { byCharacter, other };
}

function characterAt(text: string, position: number): string {
  return isSurrogatePair(text, position) ? text.slice(position, position + 2) : (text[position] ?? '');
}

function isSurrogatePair(text: string, position: number): boolean {
  return position >= 0 && (text.codePointAt(position) ?? 0) > 0xffff;
}
