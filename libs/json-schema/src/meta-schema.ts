import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { invalid } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import type { Dialect } from './schema-dialect.js';

/** Refuses a schema that does not satisfy the meta-schema of its dialect, with a pointer into the schema. */
export function refuseMalformed(schema: JsonObject, dialect: Dialect): void {
  const validate = metaSchemaOf(dialect);
  if (validate(schema)) return;
  const { instancePath, message = 'is not valid', params } = deepest(validate.errors ?? []);
  const allowed: unknown = params['allowedValues'];
  throw invalid(
    'SCHEMA_INVALID',
    instancePath,
    Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : message,
  );
}

// Caches compiled meta-schemas: compiling one takes longer than compiling most schemas, and it never changes.
const compiledMetaSchemas = new Map<Dialect['name'], ValidateFunction>();

function metaSchemaOf(dialect: Dialect): ValidateFunction {
  const known = compiledMetaSchemas.get(dialect.name);
  if (known) return known;
  // The meta-schemas use formats only for URIs and patterns, which are checked when they are resolved and compiled.
  const options = { strict: false, validateFormats: false, logger: false } as const;
  const ajv = dialect.name === 'draft-07' ? new Ajv(options) : new Ajv2020(options);
  const validate = ajv.getSchema(META_SCHEMAS[dialect.name]);
  if (!validate) throw new Error(`ajv has no meta-schema for ${dialect.name}`);
  compiledMetaSchemas.set(dialect.name, validate);
  return validate;
}

const META_SCHEMAS = {
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema',
} as const;

/**
 * Returns the error with the deepest pointer. If all branches of a keyword such as `anyOf` fail, the error that lies
 * deepest usually explains best what is wrong.
 */
function deepest(errors: readonly ErrorObject[]): Fault {
  const [first = { instancePath: '', params: {} }, ...others] = errors;
  return others.reduce<Fault>((best, error) => (depth(error) > depth(best) ? error : best), first);
}

type Fault = Pick<ErrorObject, 'instancePath' | 'message' | 'params'>;

function depth({ instancePath }: Fault): number {
  return instancePath.split('/').length;
}
