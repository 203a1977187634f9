import type { ErrorObject } from 'ajv';

import { HavenError, pointerTo } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

const MOST_ERRORS = 100;
const LONGEST_DETAIL = 200;

/** The error for data that does not satisfy its schema, with a pointer from `/data` for each of the first 100 faults. */
export function schemaViolation(faults: readonly ErrorObject[]): HavenError {
  const errors = faults.slice(0, MOST_ERRORS).map(describe);
  const [first] = errors;
  const others = faults.length > 1 ? ` There are ${faults.length - 1} more.` : '';
  return new HavenError('SCHEMA_VIOLATION', first ? `${first.pointer}: ${first.detail}${others}` : '', { errors });
}

function describe(fault: ErrorObject): ErrorDetail {
  return { code: violationCode(fault.keyword), detail: violationDetail(fault), pointer: violationPointer(fault) };
}

/** `additionalProperties` → `ADDITIONAL_PROPERTIES`. */
function violationCode(keyword: string): string {
  return keyword.replace(/[A-Z]/g, '_$&').replace(' ', '_').toUpperCase();
}

/** The place itself, or the member of it that is missing, unwanted or wrongly named. */
function violationPointer({ instancePath, params, propertyName, keyword }: ErrorObject): string {
  const place = `/data${instancePath}`;
  const member: unknown =
    params['missingProperty'] ??
    params['additionalProperty'] ??
    params['unevaluatedProperty'] ??
    params['propertyName'];
  const name = member ?? propertyName;
  if (typeof name === 'string') return pointerTo(place, name);
  // `items: false` after `prefixItems` and its like: the first item that is one too many.
  const first: unknown = params['limit'];
  return OF_ITEMS.has(keyword) && typeof first === 'number' ? pointerTo(place, first) : place;
}

const OF_ITEMS: ReadonlySet<string> = new Set(['items', 'additionalItems', 'unevaluatedItems']);

function violationDetail({ keyword, params, message = '' }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is required.';
    case 'dependentRequired':
    case 'dependencies':
      return cut(`is required when ${JSON.stringify(params['property'])} is present`);
    case 'additionalProperties':
    case 'unevaluatedProperties':
    case 'items':
    case 'additionalItems':
    case 'unevaluatedItems':
    case 'false schema':
      return 'is not allowed by the schema.';
    case 'propertyNames':
      return 'has a name the schema does not allow.';
    case 'enum':
      return cut(`must be one of ${JSON.stringify(params['allowedValues']).slice(1, -1)}`);
    case 'const':
      return cut(`must be ${JSON.stringify(params['allowedValue'])}`);
    default:
      return cut(message.replace('NOT', 'not'));
  }
}

function cut(detail: string): string {
  return detail.length > LONGEST_DETAIL
    ? `${detail.slice(0, LONGEST_DETAIL).replace(/[\ud800-\udbff]$/, '')}….`
    : `${detail}.`;
}
