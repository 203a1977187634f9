export { TypedGraphqlModule } from './typed-graphql.module.js';
