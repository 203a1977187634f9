import type { ErrorObject } from 'ajv';

import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { HavenError, JsonObject, JsonValue } from '@haven/kernel';

import { linkSchema } from './linked-schema.js';
import { DEFAULT_KEYWORD, isGenerated, MemberDefaults } from './member-defaults.js';
import type { DefaultSource } from './member-defaults.js';
import { NodeValidator } from './node-validator.js';
import { typesAt } from './possible-types.js';
import { valueAtPointer } from './schema-tree.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';
import { schemaViolation } from './schema-violation.js';

/** Matches the pointer to a schema of a member that only `properties` lead to. */
const OF_MEMBER = /^(?:\/properties\/[^/]*)+$/;

/** A default, and the schema of its member. */
interface DeclaredDefault {
  readonly value: JsonValue;
  readonly schema: JsonObject;
  readonly node: SchemaNode;
  /** JSON Pointer to the default. */
  readonly pointer: string;
}

/**
 * Checks the defaults that a schema declares with `x-haven-default`; `compileSchema` has accepted the schema. Throws
 * `SCHEMA_INVALID` with a pointer into the schema for a default elsewhere than on a member of `properties`, and for one
 * that the schema of its member does not allow.
 */
export function checkDefaults(schema: JsonObject, text = JSON.stringify(schema)): void {
  const linked = linkSchema(schema, text);
  const declared = declaredDefaults(linked.tree, schema);
  if (declared.length === 0) return;
  for (const { pointer, value, node } of declared) {
    refuseMisplaced(node.pointer, pointer);
    refuseReserved(value, pointer);
    if (linked.inexact.isAt(pointer))
      throw invalid('SCHEMA_INVALID', pointer, 'has a number that cannot be stored exactly; use a string');
    if (isGenerated(value) && typesAt(node, [])?.has('string') === false)
      throw invalid('SCHEMA_INVALID', pointer, `is a string when a record is written, so the member must allow one`);
  }
  const validator = new NodeValidator(
    declared.map(({ node }) => node),
    linked,
  );
  for (const one of declared) {
    if (one.value === '$principal') continue; // its value depends on the caller
    const fault = validator.faultOf(one.node, sampleOf(one.value, one.schema));
    if (fault) throw violation(one, fault);
  }
}

/** Returns the defaults at all subschemas, also at those where none may be. */
function declaredDefaults({ nodes }: SchemaTree, root: JsonObject): DeclaredDefault[] {
  return [...nodes].flatMap(([pointer, node]) => {
    const schema = valueAtPointer(root, pointer); // `node.schema` lacks the keywords beside `$ref` in draft-07
    if (!isJsonObject(schema) || !Object.hasOwn(schema, DEFAULT_KEYWORD)) return [];
    return { value: schema[DEFAULT_KEYWORD] ?? null, schema, node, pointer: pointerTo(pointer, DEFAULT_KEYWORD) };
  });
}

function refuseMisplaced(pointer: string, at: string): void {
  if (OF_MEMBER.test(pointer)) return;
  const where = 'must stand on a member of `properties`, at the root or in nested objects';
  throw invalid('SCHEMA_INVALID', at, `${where}; not inside arrays, conditions, definitions and other keywords`);
}

/** Refuses strings that begin with `$` but are not generated defaults, also inside a literal. */
function refuseReserved(value: JsonValue, pointer: string, isInside = false): void {
  if (typeof value === 'string') {
    if (!value.startsWith('$') || (!isInside && isGenerated(value))) return;
    const rule = 'Strings that begin with `$` are reserved';
    throw invalid(
      'SCHEMA_INVALID',
      pointer,
      isInside
        ? `${rule} in defaults; give the member inside a default of its own`
        : `must be a literal, "$now", "$uuid" or "$principal". ${rule}`,
    );
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) refuseReserved(inner, pointerTo(pointer, key), true);
}

/** Returns the error for a default that the schema of its member does not allow. */
function violation({ value, node }: DeclaredDefault, fault: ErrorObject): HavenError {
  // The path begins with the name of the member, which is a pointer and has no slashes of its own.
  const instancePath = fault.instancePath.replace(/^\/[^/]*/, `/${DEFAULT_KEYWORD}`);
  const [error] = schemaViolation([{ ...fault, instancePath }]).extras.errors ?? [];
  const pointer = node.pointer + (error?.pointer ?? '').replace(/^\/data/, '');
  const becomes = isGenerated(value) ? `${value} becomes ${JSON.stringify(sampleOf(value, {}))}: ` : '';
  return invalid('SCHEMA_INVALID', pointer, `${becomes}${error?.detail ?? 'violates the schema of its member'}`);
}

/** Returns the value that the member gets, with the defaults of members inside it. */
function sampleOf(value: JsonValue, schema: JsonObject): JsonValue {
  if (value === '$now') return SAMPLES.now;
  if (value === '$uuid') return SAMPLES.uuid();
  return isJsonObject(value) ? (MemberDefaults.of(schema)?.complete(value, SAMPLES).data ?? value) : value;
}

const SAMPLES: DefaultSource = {
  now: '2026-01-01T00:00:00.000Z',
  principal: 'key:sample',
  uuid: () => '019b7570-5c00-7000-8000-000000000000',
};
