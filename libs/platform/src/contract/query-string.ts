import { ApiProperty } from '@nestjs/swagger';

import { parseJson } from '@haven/kernel';

/** Makes a parameter's text its value, or throws a {@link Mistake}. */
type Reader = (text: string) => unknown;

/** What is wrong with a parameter, as the end of a sentence that begins with it. */
class Mistake extends Error {}

const readers = new WeakMap<object, Map<string, Reader>>();

/** An address is short by itself (`limits.uriBytes`); these only keep its nesting from running deep. */
const PARAMETER_LIMITS = { depth: 64, keys: 10_000 };

/** Marks a class as the parameters of an address; unknown ones are refused. */
export function QueryString(): ClassDecorator {
  return (target) => void readersOf(target);
}

/** A parameter that is text, one of `enum` if there is one. */
export function TextParameter(
  description: string,
  schema: { enum?: readonly string[]; default?: string; example?: string } = {},
): PropertyDecorator {
  const { enum: words } = schema;
  const reader = (text: string) => {
    if (words && !words.includes(text)) throw new Mistake(`must be one of the following values: ${words.join(', ')}`);
    return text;
  };
  return parameter(reader, { description, type: String, ...schema });
}

/** A parameter that is JSON; what does not parse exactly is refused as a body would be. */
export function JsonParameter(description: string, schema: Record<string, unknown> = {}): PropertyDecorator {
  return parameter((text) => parseJson(text, PARAMETER_LIMITS), { description, type: String, ...schema });
}

/** A parameter that is a positive integer. */
export function CountParameter(description: string, schema: Record<string, unknown> = {}): PropertyDecorator {
  const reader = (text: string) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new Mistake('must be an integer, 1 or more');
  };
  return parameter(reader, { description, type: 'integer', minimum: 1, ...schema });
}

/** A parameter that is `true` or `false`. */
export function FlagParameter(description: string): PropertyDecorator {
  const reader = (text: string) => {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new Mistake('must be true or false');
  };
  return parameter(reader, { description, type: Boolean, default: false });
}

/** The parameters every list has. */
@QueryString()
export class WindowQuery {
  @CountParameter('Items a page; `limits.pageSize` at most.', { default: 20, maximum: 500 })
  limit?: number;

  @TextParameter('The page after this cursor (`nextCursor`).')
  after?: string;

  @TextParameter('The page before this cursor (`previousCursor`).')
  before?: string;
}

/** No parameters at all: what changes something does not pass over one that means something elsewhere. */
@QueryString()
export class NoParameters {}

/** Whether a class is the parameters of an address. */
export function isQueryString(type: object): boolean {
  return readers.has(type);
}

/** The parameters of an address as an instance of their class; `mistake` hears of each that is unknown or does not fit. */
export function readQuery<T extends object>(
  type: new () => T,
  query: object,
  mistake: (parameter: string, text: string) => void,
): T {
  const known = readersOf(type);
  const parameters = new type();
  for (const [name, value] of Object.entries(query)) {
    const read = known.get(name);
    try {
      if (!read) throw new Mistake(`is unknown; there are: ${[...known.keys()].join(', ')}`);
      if (typeof value !== 'string') throw new Mistake('must be given once');
      Object.assign(parameters, { [name]: read(value) });
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistake(name, error.message);
    }
  }
  return parameters;
}

function parameter(reader: Reader, property: Record<string, unknown>): PropertyDecorator {
  return (target, name) => {
    readersOf(target.constructor).set(String(name), reader);
    ApiProperty({ required: false, ...property } as never)(target, name);
  };
}

function readersOf(type: object): Map<string, Reader> {
  const own = readers.get(type);
  if (own) return own;
  const made = new Map(readers.get(Object.getPrototypeOf(type)));
  readers.set(type, made);
  return made;
}
