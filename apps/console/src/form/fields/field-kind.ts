import { isObject } from '../../values/diff.js';
import { asSchema, resolveSchema } from '../../values/json-schema.js';
import type { JsonSchema } from '../../values/json-schema.js';

/** The input with which a value is edited. */
export type FieldKind =
  'text' | 'number' | 'boolean' | 'choice' | 'date' | 'dateTime' | 'reference' | 'object' | 'array' | 'json';

/** How a value is edited. */
export interface FieldSpec {
  kind: FieldKind;
  schema: JsonSchema;
  /** Whether null is allowed. */
  isNullable: boolean;
  /** Whether the schema allows only integers. */
  isInteger: boolean;
  /** The allowed values of a choice. */
  choices: readonly unknown[];
  /** The collection to whose records a reference leads. */
  target: string | undefined;
}

/** Arrays with more items are edited as JSON: a form of that length is of no use, and slow. */
const MAX_ITEMS = 50;

/** Returns how a value is edited, by its schema, or by the value itself if the schema does not say. */
export function fieldSpec(part: unknown, root: JsonSchema, value: unknown): FieldSpec {
  const { schema, isNullable } = withoutNull(resolveSchema(asSchema(part), root), root);
  const kind = kindOf(schema, value);
  const isFit = value === undefined || (value === null && isNullable) || fits(kind, value, schema);
  return {
    kind: isFit ? kind : 'json',
    schema,
    isNullable,
    isInteger: schema['type'] === 'integer',
    choices: choicesOf(schema),
    target: targetOf(schema),
  };
}

/** Returns the collection to which `x-haven-ref` leads. */
function targetOf(schema: JsonSchema): string | undefined {
  const reference = schema['x-haven-ref'];
  return isObject(reference) && typeof reference['collection'] === 'string' ? reference['collection'] : undefined;
}

/** Takes null out of the types of a schema. */
function withoutNull(schema: JsonSchema, root: JsonSchema): { schema: JsonSchema; isNullable: boolean } {
  const { type, enum: values } = schema;
  if (Array.isArray(values)) {
    return { schema: { ...schema, type: undefined }, isNullable: values.includes(null) };
  }
  if (Array.isArray(type)) {
    const others: unknown[] = type.filter((name) => name !== 'null');
    const isNullable = others.length < type.length;
    return { schema: { ...schema, type: others.length === 1 ? others[0] : others }, isNullable };
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const { [keyword]: options, ...rest } = schema;
    if (!Array.isArray(options)) continue;
    const others = options
      .map((option) => resolveSchema(asSchema(option), root))
      .filter((one) => one['type'] !== 'null');
    if (others.length === 1 && options.length === 2) return { schema: { ...others[0], ...rest }, isNullable: true };
  }
  return { schema, isNullable: false };
}

function kindOf(schema: JsonSchema, value: unknown): FieldKind {
  if (choicesOf(schema).length > 0) return 'choice';
  if (['anyOf', 'oneOf', 'allOf'].some((keyword) => keyword in schema) && !('type' in schema)) return 'json';
  if (targetOf(schema) !== undefined && schema['type'] !== 'array') return 'reference';
  const { type } = schema;
  if (type === 'string') return textKind(schema);
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean' || type === 'object' || type === 'array') return type;
  if (Array.isArray(type)) return 'json';
  if (isObject(schema['properties'])) return 'object';
  return kindOfValue(value);
}

function textKind({ format }: JsonSchema): FieldKind {
  if (format === 'date') return 'date';
  return format === 'date-time' ? 'dateTime' : 'text';
}

/** Returns the kind of a value about which no schema says anything. */
function kindOfValue(value: unknown): FieldKind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object') ? 'array' : 'json';
  return isObject(value) && Object.keys(value).length > 0 ? 'object' : 'json';
}

function choicesOf(schema: JsonSchema): readonly unknown[] {
  if ('const' in schema) return [schema['const']];
  const values = schema['enum'];
  if (!Array.isArray(values)) return [];
  return values.every((value) => typeof value !== 'object' || value === null) ? values : [];
}

/** Whether an input of a kind can show a value as it is. */
function fits(kind: FieldKind, value: unknown, schema: JsonSchema): boolean {
  switch (kind) {
    case 'text':
    case 'dateTime':
    case 'reference':
      return typeof value === 'string';
    case 'date':
      return typeof value === 'string' && (value === '' || /^\d{4}-\d{2}-\d{2}$/.test(value));
    case 'choice':
      return choicesOf(schema).includes(value);
    case 'array':
      return Array.isArray(value) && value.length <= MAX_ITEMS;
    case 'object':
      return isObject(value);
    case 'json':
      return true;
    default:
      return typeof value === kind;
  }
}

/** Returns the value with which an item is added to an array, or an absent object begins. */
export function emptyValue({ kind, choices, isNullable }: FieldSpec): unknown {
  switch (kind) {
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'choice':
      return choices[0];
    case 'object':
      return {};
    case 'array':
      return [];
    case 'json':
      return isNullable ? null : {};
    default:
      return '';
  }
}
