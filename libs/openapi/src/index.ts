export { publishSchema } from './published-schema.js';
export type { PublishedSchema } from './published-schema.js';
