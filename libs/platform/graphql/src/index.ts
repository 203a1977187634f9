export { configureGraphql } from './configure-graphql.js';
export { GraphqlModule } from './graphql.module.js';
export { asksForSubscriptions } from './subscriptions.js';
