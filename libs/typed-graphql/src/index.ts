export { executeTyped, subscribeTyped } from './execution/execute-typed.js';
export type { TypedOperation } from './execution/execute-typed.js';
export { RootResolvers } from './execution/root-resolvers.js';
export type { FieldSource, RootField } from './field-source.js';
