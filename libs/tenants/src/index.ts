export { BootstrapKey as FirstKey } from './application/bootstrap-key.js';
export { TenantsModule } from './tenants.module.js';
