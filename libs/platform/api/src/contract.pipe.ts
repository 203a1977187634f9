import { Injectable } from '@nestjs/common';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';

import { isJsonObject, pointerTo, unsupportedTextReason } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

import { meetsConstraints } from './meets-constraints.js';
import type { Constructor } from './meets-constraints.js';
import { contractOf, mayBeAbsent } from './members.js';
import type { Members } from './members.js';
import { readQuery } from './query-string.js';
import { unknownMember, validationFailed, wrongMember } from './validation-failed.js';

const NONE: Members = new Map();

/**
 * Converts a body or query string to its contract class, and validates it. Throws `VALIDATION_FAILED` with a pointer
 * for each mistake. Values are not copied: a copying transformer would drop members such as `constructor` from
 * documents.
 */
@Injectable()
export class ContractPipe implements PipeTransform {
  transform(value: unknown, { metatype, type, data }: ArgumentMetadata): unknown {
    if (type === 'query' && data === undefined) return toQuery(metatype as Constructor | undefined, value ?? {});
    if (type === 'custom' || !metatype) return value; // passed by Haven itself, such as the parent of a GraphQL field
    if (contractOf(metatype)) return toContract(metatype as Constructor, bodyOf(metatype, value, data));
    if (type === 'param' || type === 'query') refuseUnstorable(value, data ?? '');
    return value;
  }
}

/** Converts a query string to its class. A class that is not a contract class declares no parameters. */
function toQuery(type: Constructor = Object, query: object): object {
  if (isEmpty(query) && requiresNothing(type)) return new type();
  const members = contractOf(type) ?? NONE;
  const { values, errors } = readQuery(members, query);
  const input = Object.assign(new type(), values);
  errors.push(...nullMembers(members, values), ...violations(type, input));
  if (errors.length > 0) throw validationFailed(errors);
  return input;
}

function isEmpty(query: object): boolean {
  for (const _ in query) return false;
  return true;
}

const optionalQueries = new WeakMap<Constructor, boolean>();

/** Whether a class accepts a request without parameters, as most reads are. */
function requiresNothing(type: Constructor): boolean {
  const known = optionalQueries.get(type);
  if (known !== undefined) return known;
  const isMet = meetsConstraints(type, new type());
  optionalQueries.set(type, isMet);
  return isMet;
}

/** Returns the body of a request, or the argument of a GraphQL field, which has a name and can be null. */
function bodyOf(type: object, value: unknown, name: string | undefined): unknown {
  const isAbsent = value === undefined || (value === null && name !== undefined);
  return isAbsent && mayBeAbsent(type) ? {} : value;
}

/** Creates a validated input of a class that is declared with `@Input`. */
function toContract(type: Constructor, plain: unknown): object {
  if (!isJsonObject(plain)) throw validationFailed([wrongMember('', 'must be a JSON object')]);
  const members = contractOf(type) ?? NONE;
  const unknown = Object.keys(plain).filter((member) => !members.has(member));
  const input = Object.assign(new type(), plain);
  const errors = [
    ...unknown.map((member) => unknownMember(member, members.keys())),
    ...nullMembers(members, plain),
    ...violations(type, input),
  ];
  if (errors.length > 0) throw validationFailed(errors);
  return input;
}

/**
 * Returns an error for each member that is null although its declaration does not allow null. class-validator's
 * `IsOptional` would accept it as if the member were absent.
 */
function nullMembers(members: Members, values: object): ErrorDetail[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null && members.get(name)?.nullable === false && members.get(name)?.optional
      ? [wrongMember(pointerTo('', name), 'must not be null; leave the member out instead')]
      : [],
  );
}

/** Refuses a part of the path, or a single parameter, with text that cannot be stored and therefore names nothing. */
function refuseUnstorable(value: unknown, name: string): void {
  const reason = typeof value === 'string' ? unsupportedTextReason(value) : undefined;
  if (reason !== undefined) throw validationFailed([wrongMember(pointerTo('', name), reason)]);
}

function violations(type: Constructor, input: object): ErrorDetail[] {
  if (meetsConstraints(type, input)) return [];
  return validateSync(input, { forbidUnknownValues: false, stopAtFirstError: true }).flatMap((error) =>
    errorDetails(error, ''),
  );
}

function errorDetails({ property, constraints = {}, children = [] }: ValidationError, parent: string): ErrorDetail[] {
  const pointer = pointerTo(parent, property);
  const own = Object.values(constraints).map((text) => wrongMember(pointer, reworded(text, property)));
  return [...own, ...children.flatMap((child) => errorDetails(child, pointer))];
}

/** Rewrites a message of class-validator, which names the property in several ways. */
function reworded(text: string, property: string): string {
  if (text.startsWith(`${property} `)) return text.slice(property.length + 1);
  return text
    .replace(`each value in ${property} `, `Each value in \`${property}\` `)
    .replace(`All ${property}'s elements `, `All elements of \`${property}\` `);
}
