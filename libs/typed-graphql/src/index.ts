export { executeTyped, subscribeTyped } from './execution/execute-typed.js';
export type { TypedOperation } from './execution/execute-typed.js';
export { GenericRootResolvers } from './execution/generic-root-resolvers.js';
export type { FieldSource, RootField } from './field-source.js';
export { TypedGraphqlModule } from './typed-graphql.module.js';
