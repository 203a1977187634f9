export { compileSchema } from './compile-schema.js';
export type { ImpossibleMember } from './possible-members.js';
export { RecordSchema } from './record-schema.js';
