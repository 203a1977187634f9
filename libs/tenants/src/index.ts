export { FirstKey } from './application/first-key.js';
export { Gatekeeper } from './application/gatekeeper.js';
export { DEFAULT_TENANT } from './domain/tenant.js';
export { TenantsModule } from './tenants.module.js';
