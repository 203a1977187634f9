import { inexactNumbersIn } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { InexactNumbers } from './exact-bounds.js';
import type { LinkedSchema } from './node-validator.js';
import { dialectOf } from './schema-dialect.js';
import { linkReferences } from './schema-references.js';
import { growTree } from './schema-tree.js';

/**
 * Finds the subschemas of a schema that `compileSchema` has accepted, and resolves its references. Much cheaper than
 * `compileSchema`, because it does not check what only a validator needs. Throws `SCHEMA_INVALID` if a reference leads
 * nowhere.
 */
export function linkSchema(schema: JsonObject, text = JSON.stringify(schema)): LinkedSchema {
  const dialect = dialectOf(schema);
  const tree = growTree(schema, dialect, Infinity);
  linkReferences(tree);
  return { schema, tree, dialect, inexact: new InexactNumbers(inexactNumbersIn(text)) };
}
