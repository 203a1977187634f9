/** Errors of operations that write a document. */
export const WRITE_ERRORS = ['UNIQUE_VIOLATION', 'REFERENCE_BROKEN', 'SCHEMA_VIOLATION', 'LIMIT_EXCEEDED'] as const;

/** Errors of operations that apply a patch. */
export const PATCH_ERRORS = ['PATCH_INVALID', 'PATCH_TEST_FAILED', 'PATCH_TOO_EXPENSIVE'] as const;

/** Errors of operations that may depend on the version of a record. */
export const CONDITION_ERRORS = ['VERSION_CONFLICT', 'PRECONDITION_REQUIRED'] as const;

/** Errors of operations that delete records, to which others may refer. */
export const DELETION_ERRORS = ['RECORD_REFERENCED', 'CASCADE_TOO_LARGE'] as const;
