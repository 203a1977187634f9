export { FirstKey } from './application/first-key.js';
export { TenantsModule } from './tenants.module.js';
