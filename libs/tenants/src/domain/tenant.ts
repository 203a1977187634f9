/** The tenant of whoever calls while there are no keys; a valid UUID that no generator makes. */
export const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000000';
