import { isObject } from '../../../values/diff.js';
import { asSchema } from '../../../values/json-schema.js';
import type { JsonSchema } from '../../../values/json-schema.js';

/** A type of members that the form of a schema offers. Members of the kind `other` are edited as JSON. */
export type MemberKind =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'dateTime'
  | 'email'
  | 'uri'
  | 'uuid'
  | 'choice'
  | 'reference'
  | 'references'
  | 'texts'
  | 'numbers'
  | 'object'
  | 'objects'
  | 'any'
  | 'other';

/** Formats of strings that are kinds of their own. */
const FORMATS = new Map<unknown, MemberKind>([
  ['date', 'date'],
  ['date-time', 'dateTime'],
  ['email', 'email'],
  ['uri', 'uri'],
  ['uuid', 'uuid'],
]);

const TEXT = { type: 'string' };
const ID = { type: 'string', format: 'uuid' };
const OBJECT = { type: 'object', properties: {} };

/** The schema of a new member of each kind. */
const TEMPLATES: Readonly<Record<MemberKind, JsonSchema>> = {
  text: TEXT,
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  dateTime: { type: 'string', format: 'date-time' },
  email: { type: 'string', format: 'email' },
  uri: { type: 'string', format: 'uri' },
  uuid: ID,
  choice: { enum: [] },
  reference: { ...ID, 'x-haven-ref': { collection: '' } },
  references: { type: 'array', items: { ...ID, 'x-haven-ref': { collection: '' } } },
  texts: { type: 'array', items: TEXT },
  numbers: { type: 'array', items: { type: 'number' } },
  object: OBJECT,
  objects: { type: 'array', items: OBJECT },
  any: {},
  other: {},
};

/** Keywords that stay when a member gets another kind. */
const ANNOTATIONS = new Set(['title', 'description', '$comment', 'deprecated', 'readOnly', 'writeOnly']);
ANNOTATIONS.add('x-haven-name');

/** Keywords that combine schemas, or restrict values in a way that the form does not show. */
const COMBINING = ['$ref', '$dynamicRef', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'const', 'prefixItems'];

/** Returns the kind of a member, by its schema. */
export function kindOf(schema: unknown): MemberKind {
  if (schema === true) return 'any';
  if (!isObject(schema) || COMBINING.some((keyword) => keyword in schema)) return 'other';
  const [type, ...more] = typesOf(schema);
  if (more.length > 0) return 'other';
  if (Array.isArray(schema.enum))
    return schema.enum.every((value) => typeof value === 'string' || value === null) ? 'choice' : 'other';
  if (type === undefined) return Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword)) ? 'any' : 'other';
  if (type === 'string') return 'x-haven-ref' in schema ? 'reference' : (FORMATS.get(schema.format) ?? 'text');
  if (type === 'array') return listKind(schema.items);
  return type === 'integer' || type === 'number' || type === 'boolean' || type === 'object' ? type : 'other';
}

/** Returns the schema of a member after it has got another kind. Annotations stay, and whether null is allowed. */
export function withKind(schema: unknown, kind: MemberKind): JsonSchema {
  const kept = Object.entries(asSchema(schema)).filter(([keyword]) => ANNOTATIONS.has(keyword));
  const changed = { ...TEMPLATES[kind], ...Object.fromEntries(kept) };
  return isNullable(schema) ? allowNull(changed) : changed;
}

/** Whether a schema of the form allows null. */
export function isNullable(schema: unknown): boolean {
  const { type, enum: values } = asSchema(schema);
  return (Array.isArray(type) && type.includes('null')) || (Array.isArray(values) && values.includes(null));
}

export function allowNull(schema: JsonSchema): JsonSchema {
  if (isNullable(schema)) return schema;
  if (Array.isArray(schema['enum'])) return { ...schema, enum: [...schema['enum'], null] };
  return 'type' in schema ? { ...schema, type: [...typesOf(schema), 'null'] } : schema;
}

export function forbidNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  const types = typesOf(schema);
  return {
    ...schema,
    ...(type !== undefined && { type: types.length === 1 ? types[0] : types }),
    ...(Array.isArray(values) && { enum: values.filter((value) => value !== null) }),
  };
}

function typesOf({ type }: JsonSchema): unknown[] {
  return [type].flat().filter((one) => one !== undefined && one !== 'null');
}

function listKind(items: unknown): MemberKind {
  switch (kindOf(items)) {
    case 'text':
      return 'texts';
    case 'integer':
    case 'number':
      return 'numbers';
    case 'reference':
      return 'references';
    case 'object':
      return 'objects';
    default:
      return 'other';
  }
}
