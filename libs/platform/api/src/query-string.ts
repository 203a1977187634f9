import { Int } from '@nestjs/graphql';

import { parseJson, pointerTo } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

import { Json } from './json.scalar.js';
import type { Members } from './members.js';
import { unknownMember, wrongMember } from './validation-failed.js';

/** A URL is short by itself (`limits.uriBytes`); these only keep its nesting from running deep. */
const PARAMETER_LIMITS = { depth: 64, keys: 10_000 };

/** Integers in the one spelling that prints the same again. */
const INTEGER = /^(?:0|-?[1-9]\d{0,8})$/;

/**
 * The values of a query string's parameters, each read as the type it is declared with. Returns an error for each parameter
 * that is unknown or given more than once; JSON that cannot be read exactly throws, as it does in a body.
 */
export function readQuery(members: Members, query: object): { values: object; errors: ErrorDetail[] } {
  const values: Record<string, unknown> = {};
  const errors: ErrorDetail[] = [];
  for (const [name, text] of Object.entries(query)) {
    const member = members.get(name);
    if (!member) errors.push(unknownMember(name, members.keys()));
    else if (typeof text !== 'string') errors.push(wrongMember(pointerTo('', name), 'must be given once'));
    else values[name] = valueOfText(text, member.type);
  }
  return { values, errors };
}

/** Text that is no value of the type stays text, for the validators of its parameter to refuse. */
function valueOfText(text: string, type: unknown): unknown {
  if (type === Int && INTEGER.test(text)) return Number(text);
  if (type === Boolean && (text === 'true' || text === 'false')) return text === 'true';
  if (type === Json) return parseJson(text, PARAMETER_LIMITS);
  return text;
}
