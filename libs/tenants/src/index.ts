export { Authenticator } from './application/authenticator.js';
export type { Credentials } from './application/authenticator.js';
export { Public } from './interface/public.decorator.js';
export { TenantsModule } from './tenants.module.js';
