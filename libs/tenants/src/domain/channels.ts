/**
 * Name of the channel, local to the process, on which changes to API keys and tenants are announced. The payload is the
 * id of the key or tenant.
 */
export const ACCESS_CHANGED_CHANNEL = 'haven_access';
