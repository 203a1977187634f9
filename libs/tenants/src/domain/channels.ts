/** On this channel a process tells itself whose access has changed: the id of a key or of a tenant. */
export const ACCESS_CHANGED_CHANNEL = 'haven_access';
