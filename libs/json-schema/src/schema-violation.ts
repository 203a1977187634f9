import type { ErrorObject } from 'ajv';

import { detailSentence, HavenError, pointerTo } from '@haven/kernel';
import type { ErrorDetail } from '@haven/kernel';

const MOST_ERRORS = 100;
const LONGEST_DETAIL = 200;

/**
 * Returns the error for data that does not satisfy its schema, with a JSON Pointer that starts with `/data` for each of
 * the first 100 errors.
 */
export function schemaViolation(faults: readonly ErrorObject[]): HavenError {
  const errors = faults.slice(0, MOST_ERRORS).map(describe);
  const [first] = errors;
  const others = faults.length > 1 ? ` Number of further errors: ${faults.length - 1}.` : '';
  return new HavenError('SCHEMA_VIOLATION', first ? `${first.pointer}: ${first.detail}${others}` : '', { errors });
}

function describe(fault: ErrorObject): ErrorDetail {
  const pointer = violationPointer(fault);
  return { code: violationCode(fault.keyword), detail: detailSentence(pointer, violationDetail(fault)), pointer };
}

/** Converts a keyword to an error code: `additionalProperties` to `ADDITIONAL_PROPERTIES`. */
function violationCode(keyword: string): string {
  return keyword.replace(/[A-Z]/g, '_$&').replace(' ', '_').toUpperCase();
}

/** Returns the pointer to the invalid value, or to its member that is missing, not allowed or wrongly named. */
function violationPointer({ instancePath, params, propertyName, keyword }: ErrorObject): string {
  const place = `/data${instancePath}`;
  const member: unknown =
    params['missingProperty'] ??
    params['additionalProperty'] ??
    params['unevaluatedProperty'] ??
    params['propertyName'];
  const name = member ?? propertyName;
  if (typeof name === 'string') return pointerTo(place, name);
  // For `items: false` after `prefixItems` and similar keywords, `limit` is the index of the first item that is not
  // allowed.
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
      return 'has a name that the schema does not allow.';
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
