/** Published with the id of a tenant when its webhooks were changed, or when a redelivery or replay was requested. */
export const WEBHOOKS_CHANGED_CHANNEL = 'haven_webhooks_changed';
