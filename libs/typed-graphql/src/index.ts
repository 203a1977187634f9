export type { FieldSource, RootField } from './field-source.js';
