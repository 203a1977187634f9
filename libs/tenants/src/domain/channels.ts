/**
 * Channel, local to the process, that reports changed API keys and tenants. The payload is the id of the key or tenant.
 */
export const ACCESS_CHANGED_CHANNEL = 'haven_access';
