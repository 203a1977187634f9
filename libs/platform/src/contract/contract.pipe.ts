import { Injectable } from '@nestjs/common';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';

import { HavenError, isJsonObject, pointerTo } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

import { contractOf } from './members.js';
import { isQueryString, readQuery } from './query-string.js';

type Constructor = new () => object;

/**
 * Makes an input of the contract from what arrived, and refuses what does not fit (`VALIDATION_FAILED`, a pointer for each
 * mistake). Values are taken over as they are: a copying transformer would drop members such as `constructor` from documents.
 */
@Injectable()
export class ContractPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || !metatype) return value; // what Haven itself hands over, such as the parent of a GraphQL field
    if (isQueryString(metatype)) return toParameters(metatype as Constructor, value ?? {});
    return contractOf(metatype) ? toContract(metatype as Constructor, value) : value;
  }
}

function toParameters(type: Constructor, query: object): object {
  const errors: ErrorDetail[] = [];
  const parameters = readQuery(type, query, (name, text) => errors.push(mistake(pointerTo('', name), text)));
  if (errors.length > 0) throw failed(errors);
  return parameters;
}

/** Makes one validated input of a class declared with `@Input`. */
function toContract<T extends object>(type: new () => T, value: unknown): T {
  const plain = value ?? {};
  if (!isJsonObject(plain))
    throw failed([{ code: 'VALIDATION_FAILED', detail: 'Must be a JSON object.', pointer: '' }]);
  const members = contractOf(type) ?? new Set();
  const unknown = Object.keys(plain).filter((member) => !members.has(member));
  const input = Object.assign(new type(), plain);
  const errors = [
    ...unknown.map((member) => mistake(pointerTo('', member), `is unknown; there are: ${[...members].join(', ')}`)),
    ...validateSync(input, { forbidUnknownValues: false, stopAtFirstError: true }).flatMap((error) =>
      mistakes(error, ''),
    ),
  ];
  if (errors.length > 0) throw failed(errors);
  return input;
}

function mistakes({ property, constraints = {}, children = [] }: ValidationError, parent: string): ErrorDetail[] {
  const pointer = pointerTo(parent, property);
  const own = Object.values(constraints).map((text) => mistake(pointer, text.replace(`${property} `, '')));
  return [...own, ...children.flatMap((child) => mistakes(child, pointer))];
}

function mistake(pointer: string, text: string): ErrorDetail {
  return { code: 'VALIDATION_FAILED', detail: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, pointer };
}

function failed(errors: ErrorDetail[]): HavenError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HavenError('VALIDATION_FAILED', `${first?.pointer || 'The body'}: ${first?.detail}${more}`, { errors });
}
