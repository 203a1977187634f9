export { checkDefaults } from './check-defaults.js';
export { compileSchema } from './compile-schema.js';
export { DEFAULT_KEYWORD } from './member-defaults.js';
export { RecordSchema } from './record-schema.js';
