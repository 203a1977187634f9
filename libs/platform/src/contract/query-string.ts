import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Allow, IsBoolean, IsInt, IsOptional, IsString, Min } from 'class-validator';

import { parseJson } from '@haven/kernel';

import { remember } from './members.js';

/** How a parameter's text becomes its value; what does not fit stays text, for the validator to refuse. */
type Reader = (text: string) => unknown;

const readers = new WeakMap<object, Map<string, Reader>>();

/** An address is short by itself (`limits.uriBytes`); these only keep its nesting from running deep. */
const PARAMETER_LIMITS = { depth: 64, keys: 10_000 };

/** Marks a class as the parameters of an address; unknown ones are refused. */
export function QueryString(): ClassDecorator {
  return (target) => void readersOf(target);
}

/** A parameter that is text. */
export function TextParameter(description: string, schema: Record<string, unknown> = {}): PropertyDecorator {
  return parameter((text) => text, { description, type: String, ...schema }, IsString());
}

/** A parameter that is JSON; what does not parse exactly is refused as a body would be. */
export function JsonParameter(description: string, schema: Record<string, unknown> = {}): PropertyDecorator {
  return parameter((text) => parseJson(text, PARAMETER_LIMITS), { description, type: String, ...schema }, Allow());
}

/** A parameter that is a positive integer. */
function CountParameter(description: string, schema: Record<string, unknown> = {}): PropertyDecorator {
  return parameter(
    (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text),
    { description, type: 'integer', minimum: 1, ...schema },
    IsInt(),
    Min(1),
  );
}

/** A parameter that is `true` or `false`. */
export function FlagParameter(description: string): PropertyDecorator {
  return parameter(
    (text) => ({ true: true, false: false })[text] ?? text,
    { description, type: Boolean, default: false },
    IsBoolean(),
  );
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

/** The values of a class's parameters, or undefined if it is no class of parameters. */
export function readQuery(type: object, query: object): Record<string, unknown> | undefined {
  const known = readers.get(type);
  if (!known) return undefined;
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, read(known.get(name), value)]));
}

function read(reader: Reader | undefined, value: unknown): unknown {
  return reader && typeof value === 'string' ? reader(value) : value;
}

function parameter(
  reader: Reader,
  property: Record<string, unknown>,
  ...validators: PropertyDecorator[]
): PropertyDecorator {
  return (target, name) => {
    remember(target, String(name));
    readersOf(target.constructor).set(String(name), reader);
    applyDecorators(ApiProperty({ required: false, ...property } as never), IsOptional(), ...validators)(target, name);
  };
}

function readersOf(type: object): Map<string, Reader> {
  const own = readers.get(type);
  if (own) return own;
  const made = new Map(readers.get(Object.getPrototypeOf(type)));
  readers.set(type, made);
  return made;
}
