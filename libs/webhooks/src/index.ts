export { Dispatch } from './application/dispatch.js';
export { WebhooksModule } from './webhooks.module.js';
