/** Announced with a tenant when its webhooks were changed, or were given something to do. */
export const WEBHOOKS_CHANGED_CHANNEL = 'haven_webhooks_changed';
