export { WebhookEvent } from './application/webhook-event.contract.js';
export { WebhooksModule } from './webhooks.module.js';
