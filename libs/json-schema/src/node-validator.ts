import type { ValidateFunction } from 'ajv';

import type { JsonObject, JsonValue } from '@haven/kernel';

import type { InexactNumbers } from './exact-bounds.js';
import { plainSchema } from './plain-schema.js';
import type { Dialect } from './schema-dialect.js';
import { compilePatterns } from './schema-patterns.js';
import { asksForUnevaluated } from './schema-support.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';
import { makeValidator } from './validators.js';
import { WorkMeter } from './work-meter.js';

/** A schema with its references resolved, and what is needed to compile it. */
export interface LinkedSchema {
  /** The schema as the client wrote it. */
  readonly schema: JsonObject;
  readonly tree: SchemaTree;
  readonly dialect: Dialect;
  readonly inexact: InexactNumbers;
}

/** Validates values by any of several subschemas of one schema, which are compiled together. */
export class NodeValidator {
  private readonly meter = new WorkMeter();
  private readonly validate: ValidateFunction;

  constructor(nodes: Iterable<SchemaNode>, { tree, dialect, inexact }: LinkedSchema) {
    const patterns = compilePatterns(tree, this.meter);
    const parts = { dialect, unevaluated: asksForUnevaluated(tree), patterns, meter: this.meter };
    this.validate = makeValidator(plainSchema(membersOnly(nodes, tree), dialect, inexact), parts, 'first');
  }

  /**
   * Returns the first fault of a value by the schema of a node, or undefined. The path of the fault begins with the
   * node's pointer as the name of a member.
   */
  faultOf({ pointer }: SchemaNode, value: JsonValue): NonNullable<ValidateFunction['errors']>[number] | undefined {
    this.meter.refill();
    return this.validate({ [pointer]: value }) ? undefined : this.validate.errors?.[0];
  }
}

/** Returns a schema whose members are the given schemas, named by their pointers. */
function membersOnly(among: Iterable<SchemaNode>, { nodes, find }: SchemaTree): SchemaTree {
  const unique = new Set(among);
  const subschemas = [...unique].map((node) => ({
    keyword: 'properties',
    key: node.pointer,
    reach: 'member' as const,
    node,
  }));
  const properties = Object.fromEntries([...unique].map(({ pointer }) => [pointer, {}]));
  return { root: { pointer: '#', schema: { properties }, subschemas, references: [] }, nodes, find };
}
