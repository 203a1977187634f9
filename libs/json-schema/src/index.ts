export { checkDefaults } from './check-defaults.js';
export { compileSchema } from './compile-schema.js';
export type { CompletedDocument, DefaultSource, MemberDefaults } from './member-defaults.js';
export { RecordSchema } from './record-schema.js';
