import { Validator } from '@cfworker/json-schema';
import type { OutputUnit, Schema } from '@cfworker/json-schema';

import type { Data } from '../api/types.js';
import { asSchema, pointerTo } from '../values/json-schema.js';
import type { FieldError } from './field-errors.js';

/** Keywords that only say that an error is further within. */
const OUTER = new Set(['properties', 'patternProperties', 'additionalProperties', 'items', 'prefixItems']);
for (const keyword of ['allOf', '$ref', '$dynamicRef', 'then', 'else', 'dependentSchemas']) OUTER.add(keyword);

/** Errors in one of several alternatives: that none of them is satisfied is an error of its own. */
const ALTERNATIVE = /\/(?:anyOf|oneOf|not|if|contains)\//;

/**
 * Returns where a document violates a schema, as a help while it is edited. The server checks more than that: links,
 * unique values, and formats that it knows better.
 */
export function checkDocument(schema: Readonly<Data> | null | undefined, document: Data): FieldError[] {
  if (!schema) return [];
  const draft = typeof schema['$schema'] === 'string' && schema['$schema'].includes('draft-07') ? '7' : '2020-12';
  try {
    const validator = new Validator(schema as Schema, draft, false); // the server has accepted it as a schema
    return validator
      .validate(document)
      .errors.filter(({ keyword, keywordLocation }) => !OUTER.has(keyword) && !ALTERNATIVE.test(keywordLocation))
      .map(errorOf)
      .filter(({ pointer, keyword }) => keyword !== 'required' || !hasDefault(schema, pointer))
      .map(({ pointer, detail }) => ({ pointer, detail }));
  } catch {
    return []; // a keyword that this validator does not support; the server does
  }
}

function errorOf({ keyword, instanceLocation, error }: OutputUnit): FieldError & { keyword: string } {
  const pointer = decodeURI(instanceLocation.replace(/^#/, ''));
  const quoted = /"(.*)"/s.exec(error)?.[1] ?? '';
  switch (keyword) {
    case 'required':
      return { keyword, pointer: pointerTo(pointer, quoted), detail: 'Required.' };
    case 'type':
      return { keyword, pointer, detail: `Must be of the type ${error.split('Expected ')[1] ?? ''}` };
    case 'enum':
      return { keyword, pointer, detail: error.replace('Instance does not match any of', 'Must be one of') };
    case 'false':
      return { keyword, pointer, detail: 'The schema allows no such member.' };
    default:
      return { keyword, pointer, detail: error };
  }
}

/** Whether the server sets a member of the document that is absent. */
function hasDefault(schema: Readonly<Data>, pointer: string): boolean {
  let part = asSchema(schema);
  for (const name of pointer.slice(1).split('/')) part = asSchema(asSchema(part['properties'])[name]);
  return 'x-haven-default' in part;
}
