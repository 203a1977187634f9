import type { JsonObject } from '@haven/kernel';

import { keywordPointers } from './schema-keywords.js';

/** A part of the settings that has no effect. */
export interface CollectionWarning {
  readonly code: string;
  readonly detail: string;
  readonly pointer: string;
}

/** Maximum number of warnings. */
const MAX_WARNINGS = 20;

/** Returns a warning for each `x-unique` in a schema: JSON Schema cannot make values unique among records. */
export function schemaWarnings(schema: JsonObject | null): CollectionWarning[] {
  const pointers = schema ? keywordPointers(schema, 'x-unique', MAX_WARNINGS) : [];
  return pointers.map((pointer) => ({
    code: 'KEYWORD_IGNORED',
    detail: 'The keyword `x-unique` has no effect. Declare a unique index: `indexes: [{"path": …, "unique": true}]`.',
    pointer,
  }));
}
