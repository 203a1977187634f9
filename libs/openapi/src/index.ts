export type { OpenApiDocument } from './openapi-document.js';
export { publishSchema } from './published-schema.js';
export { TenantDocuments } from './tenant-document.js';
export type { DocumentForm } from './text-parts.js';
