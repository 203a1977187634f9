/** The types of the API, which are generated for the examples too. */
export type { components } from '../../../../examples/typescript/generated/openapi.js';
