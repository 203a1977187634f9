import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import type { ValueNode } from 'graphql';

import { checkJson, HavenError, isJsonObject, parseJson, pointerTo } from '@haven/kernel';
import type { JsonLimits, JsonObject, JsonValue } from '@haven/kernel';

/**
 * Limits on values in documents and parsed variables. The number of members is not limited here: the body parser
 * applies the configured limits to the whole request, and the code that stores a document applies them to the document.
 */
const LIMITS: JsonLimits = { depth: 64, keys: Infinity };

/** Any JSON value, either stored exactly or refused (`JSON_NOT_EXACT`). */
export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value (RFC 8259). It is returned exactly as it was sent, or refused with `JSON_NOT_EXACT`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: exact,
  parseLiteral: (node, variables) => exact(literal(node, variables ?? {}, '')),
});

/** A JSON object, either stored exactly or refused. */
export const JsonObjectScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSONObject',
  description: 'A JSON object. It is returned as the same JSON value, or refused with `JSON_NOT_EXACT`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259#section-4',
  serialize: (value) => value,
  parseValue: exactObject,
  parseLiteral: (node, variables) => exactObject(literal(node, variables ?? {}, '')),
});

function exact(value: unknown): JsonValue {
  checkJson(value, LIMITS);
  return value;
}

function exactObject(value: unknown): JsonObject {
  const checked = exact(value);
  if (!isJsonObject(checked)) throw new GraphQLError('must be a JSON object');
  return checked;
}

/**
 * Converts a literal. Numbers are parsed from their text, since a document may contain numbers that no double
 * represents.
 */
function literal(node: ValueNode, variables: Record<string, unknown>, pointer: string): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return parseJson(node.value, LIMITS, pointer);
    case Kind.OBJECT:
      return literalObject(node.fields, variables, pointer);
    case Kind.LIST:
      return node.values.map((item, index) => literal(item, variables, pointerTo(pointer, index)));
    case Kind.VARIABLE:
      return variables[node.name.value] ?? null;
    case Kind.NULL:
      return null;
    case Kind.ENUM:
      throw new GraphQLError(`${node.value} is not a JSON value; write a string in quotes`, { nodes: [node] });
    default:
      return node.value;
  }
}

function literalObject(
  fields: readonly { name: { value: string }; value: ValueNode }[],
  variables: Record<string, unknown>,
  pointer: string,
): JsonObject {
  const object: Record<string, unknown> = {};
  for (const { name, value } of fields) {
    if (name.value === '__proto__' || Object.hasOwn(object, name.value)) {
      throw new HavenError('JSON_NOT_EXACT', `The member ${name.value} is not allowed or is repeated.`, {
        errors: [
          {
            code: 'JSON_NOT_EXACT',
            detail: 'The member is not allowed or is repeated.',
            pointer: pointerTo(pointer, name.value),
          },
        ],
      });
    }
    object[name.value] = literal(value, variables, pointerTo(pointer, name.value));
  }
  return object as JsonObject; // each value was read by `literal`
}
