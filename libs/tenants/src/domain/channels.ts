/** Channel, local to the process, for changes of access. The payload is the id of a key or of a tenant. */
export const ACCESS_CHANGED_CHANNEL = 'haven_access';
