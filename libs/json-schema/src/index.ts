export { checkDefaults } from './check-defaults.js';
export { compileSchema } from './compile-schema.js';
export { linkedSchema } from './linked-schema.js';
export { DEFAULT_KEYWORD } from './member-defaults.js';
export { RecordSchema } from './record-schema.js';
export type { SchemaNode } from './schema-tree.js';
