export { BootstrapKey } from './application/bootstrap-key.js';
export { TenantsModule } from './tenants.module.js';
