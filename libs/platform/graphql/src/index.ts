export { EMBEDDED } from './embedded.js';
export { declareGraphql } from './graphql-route.js';
export { GraphqlModule } from './graphql.module.js';
export { loadIdeFiles } from './ide-files.js';
export { serveIde } from './ide.js';
export { asksForSubscriptions } from './subscriptions.js';
export { OperationSchemas } from './operation-schemas.js';
export type { AcquiredSchema, ExecutableSchema } from './operation-schemas.js';
