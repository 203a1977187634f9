import { Int } from '@nestjs/graphql';

import { parseJson, pointerTo, unsupportedTextReason } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

import { Json } from './json.scalar.js';
import type { Members } from './members.js';
import { unknownMember, wrongMember } from './validation-failed.js';

/**
 * Limits on JSON in parameters. URLs are already limited by `limits.uriBytes`; this mainly limits the nesting depth.
 */
const PARAMETER_LIMITS = { depth: 64, keys: 10_000 };

/** Matches integers in their canonical form. */
const INTEGER = /^(?:0|-?[1-9]\d{0,8})$/;

/**
 * Parses the parameters of a query string, each as its declared type. Returns an error for each parameter that is
 * unknown, given more than once, or contains text that cannot be stored. Throws for JSON that cannot be parsed exactly,
 * as in a request body.
 */
export function readQuery(members: Members, query: object): { values: object; errors: ErrorDetail[] } {
  const values: Record<string, unknown> = {};
  const errors: ErrorDetail[] = [];
  for (const [name, text] of Object.entries(query)) {
    const member = members.get(name);
    if (!member) errors.push(unknownMember(name, members.keys()));
    else if (typeof text !== 'string') errors.push(wrongMember(pointerTo('', name), 'must be given once'));
    else {
      const reason = unsupportedTextReason(text);
      if (reason === undefined) values[name] = valueOfText(text, member.type);
      else errors.push(wrongMember(pointerTo('', name), reason));
    }
  }
  return { values, errors };
}

/**
 * Parses a parameter. Text that does not match the type stays a string, which the validators of the parameter refuse.
 */
function valueOfText(text: string, type: unknown): unknown {
  if (type === Int && INTEGER.test(text)) return Number(text);
  if (type === Boolean && (text === 'true' || text === 'false')) return text === 'true';
  if (type === Json) return parseJson(text, PARAMETER_LIMITS);
  return text;
}
