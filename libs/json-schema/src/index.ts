export { checkDefaults } from './check-defaults.js';
export { compileSchema } from './compile-schema.js';
export { RecordSchema } from './record-schema.js';
