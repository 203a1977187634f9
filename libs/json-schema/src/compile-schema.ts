import { inexactNumbersIn, invalid, isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { InexactNumbers } from './exact-bounds.js';
import { MemberDefaults } from './member-defaults.js';
import { refuseMalformed } from './meta-schema.js';
import { plainSchema } from './plain-schema.js';
import { RecordSchema } from './record-schema.js';
import { stepsByDepth } from './schema-cost.js';
import { dialectOf } from './schema-dialect.js';
import { refuseOversized, refuseWide } from './schema-limits.js';
import type { SchemaLimits } from './schema-limits.js';
import { compilePatterns } from './schema-patterns.js';
import { linkReferences } from './schema-references.js';
import { asksForUnevaluated, refuseUnsupported } from './schema-support.js';
import { growTree } from './schema-tree.js';
import type { SchemaNode } from './schema-tree.js';
import { WorkMeter } from './work-meter.js';

/**
 * Compiles a customer's JSON Schema for the data of records. The schema is read as JSON Schema 2020-12, or as draft-07
 * if its `$schema` names that. Takes at most a fraction of a second. Throws `SCHEMA_INVALID` with a pointer into the
 * schema if the schema is malformed, refers to another document, contains a pattern that RE2 does not support, or could
 * cost too much to evaluate. Unknown keywords and formats are annotations.
 *
 * `text` is the schema as the client wrote it. It can contain bounds that no double represents, such as the limits of
 * 64-bit integers, which are compared exactly.
 */
export function compileSchema(schema: JsonValue, limits: SchemaLimits, text?: string): RecordSchema {
  try {
    return compileValidator(schema, limits, text);
  } catch (error) {
    // The stack can overflow in spite of the limits, because operators can set the limits as high as they like.
    if (!(error instanceof RangeError)) throw error;
    throw invalid('SCHEMA_INVALID', '', 'nests too deeply to compile');
  }
}

function compileValidator(schema: JsonValue, limits: SchemaLimits, text = JSON.stringify(schema)): RecordSchema {
  if (!isJsonObject(schema)) throw invalid('SCHEMA_INVALID', '', 'must be a JSON object');
  refuseOversized(schema, text, limits);
  const dialect = dialectOf(schema);
  refuseMalformed(schema, dialect);
  refuseOtherThanObjects(schema);
  const tree = growTree(schema, dialect, limits.nodes);
  refuseWide(tree);
  refuseUnsupported(tree);
  linkReferences(tree);
  const steps = stepsByDepth(tree.root, limits.cost);
  refuseLongChains(tree.root);
  const meter = new WorkMeter();
  const patterns = compilePatterns(tree, meter);
  const parts = { dialect, unevaluated: asksForUnevaluated(tree), patterns, meter };
  return new RecordSchema(
    tree.root,
    plainSchema(tree, dialect, new InexactNumbers(inexactNumbersIn(text))),
    parts,
    steps,
    MemberDefaults.of(schema),
  );
}

function refuseOtherThanObjects({ type }: JsonObject): void {
  const types = Array.isArray(type) ? type : [type ?? 'object'];
  if (!types.includes('object'))
    throw invalid('SCHEMA_INVALID', '/type', 'must allow "object", because the data of a record is an object');
}

// Maximum length of a chain of references. The validator compiles the target of a reference recursively, so a longer
// chain would overflow the stack.
const LONGEST_CHAIN = 200;

/** Refuses a chain of more than `LONGEST_CHAIN` references, each of which leads to the next one. */
function refuseLongChains(root: SchemaNode): void {
  const seen = new Set<SchemaNode>();
  follow(root, 0);

  function follow(node: SchemaNode, hops: number): void {
    if (seen.has(node)) return;
    seen.add(node);
    if (hops > LONGEST_CHAIN) {
      throw invalid(
        'SCHEMA_INVALID',
        node.pointer,
        `is at the end of a chain of more than ${LONGEST_CHAIN} references`,
      );
    }
    for (const target of node.references) follow(target, hops + 1);
    for (const { node: inner, reach } of node.subschemas) if (reach !== 'nowhere') follow(inner, hops);
  }
}
